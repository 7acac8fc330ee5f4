"""The checker: a clean patch passes, and each rule speaks up when just it is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from small_device import FILES, SHOW, box, cord, small_patch, value

from max_for_live.device.check import RULES, check
from max_for_live.device.check_view import text_width
from max_for_live.device.finding import Finding, Patch

Patcher = dict[str, Any]
BREAKAGES: list[tuple[str, str, Callable[[Patcher], object]]] = []


def breaks(where: str, what: str) -> Callable[[Callable[[Patcher], object]], Callable[[Patcher], object]]:
    """A way to break the small patch, and the one finding that it has to lead to."""

    def note(breakage: Callable[[Patcher], object]) -> Callable[[Patcher], object]:
        BREAKAGES.append((where, what, breakage))
        return breakage

    return note


def of(patcher: Patcher, name: str) -> Patcher:
    found: Patcher = next(each["box"] for each in patcher["boxes"] if each["box"]["varname"] == name)
    return found


def valueof(patcher: Patcher, name: str) -> Patcher:
    found: Patcher = of(patcher, name)["saved_attribute_attributes"]["valueof"]
    return found


def add(patcher: Patcher, new: Patcher) -> None:
    patcher["boxes"].append({"box": new})


@breaks("obj-engine", "two boxes have this id")
def same_id(patcher: Patcher) -> None:
    add(patcher, box("engine", "udpsend 127.0.0.1 9000") | {"varname": "other"})


@breaks("engine", "two boxes have this varname")
def same_name(patcher: Patcher) -> None:
    add(patcher, box("engine", "udpsend 127.0.0.1 9000") | {"id": "obj-other"})


@breaks("nameless", "the box has no id")
def no_id(patcher: Patcher) -> None:
    add(patcher, box("nameless", "midiout") | {"id": ""})


@breaks("obj-script outlet 0 > obj-nobody inlet 0", "no box obj-nobody")
def cord_to_nobody(patcher: Patcher) -> None:
    patcher["lines"].append(cord("script", 0, "nobody", 0))


@breaks("obj-midi_in outlet 0 > obj-midi_out inlet 0", "drawn 2 times")
def cord_twice(patcher: Patcher) -> None:
    patcher["lines"].append(cord("midi_in", 0, "midi_out", 0))


@breaks("obj-script outlet 2 > obj-engine inlet 0", "none with index 2")
def cord_from_no_outlet(patcher: Patcher) -> None:
    patcher["lines"].append(cord("script", 2, "engine", 0))


@breaks("obj-script outlet 0 > obj-engine inlet 1", "none with index 1")
def cord_to_no_inlet(patcher: Patcher) -> None:
    patcher["lines"].append(cord("script", 0, "engine", 1))


@breaks("listen", "1 outlets, but 2 types")
def types_too_many(patcher: Patcher) -> None:
    of(patcher, "listen")["outlettype"] = ["", ""]
    of(patcher, "listen")["text"] = "p within"
    of(patcher, "listen")["patcher"] = {"boxes": [{"box": {"maxclass": "inlet"}}, {"box": {"maxclass": "outlet"}}]}


@breaks("midi_out", "2 inlets and 0 outlets")
def an_inlet_too_many(patcher: Patcher) -> None:
    of(patcher, "midi_out")["numinlets"] = 2


@breaks("midi_in", "outlets of types")
def wrong_type(patcher: Patcher) -> None:
    of(patcher, "midi_in")["outlettype"] = ["bang"]


@breaks("start", "does not know `prependd`")
def unknown_object(patcher: Patcher) -> None:
    of(patcher, "start")["text"] = "prependd start"


@breaks("listen", "the patch within has 1 inlets and 0 outlets")
def patch_within(patcher: Patcher) -> None:
    of(patcher, "listen")["patcher"] = {"boxes": [{"box": {"maxclass": "inlet"}}]}


@breaks("patch", "`autosave` is missing")
def a_key_missing(patcher: Patcher) -> None:
    del patcher["autosave"]


@breaks("patch", "`classnamespace`")
def another_namespace(patcher: Patcher) -> None:
    patcher["classnamespace"] = "dsp.gen"


@breaks("project", "`amxdtype` is 1633771873")
def another_kind(patcher: Patcher) -> None:
    patcher["project"]["amxdtype"] = 1633771873


@breaks("project", "loads no device")
def no_project(patcher: Patcher) -> None:
    patcher["project"] = None


@breaks("pad", "gone.js is not among the files")
def script_gone(patcher: Patcher) -> None:
    of(patcher, "pad")["filename"] = "gone.js"
    patcher["dependency_cache"][1]["name"] = "gone.js"


@breaks("pad", "pad.js is not in `dependency_cache`")
def script_not_listed(patcher: Patcher) -> None:
    patcher["dependency_cache"].pop()


@breaks("pad", "names no script")
def script_not_named(patcher: Patcher) -> None:
    del of(patcher, "pad")["filename"]


@breaks("dependency_cache", "more.js is not among")
def listed_but_gone(patcher: Patcher) -> None:
    patcher["dependency_cache"].append({"name": "more.js"})


@breaks("script", "3 outlets, but small.js makes 2")
def more_outlets_than_the_script(patcher: Patcher) -> None:
    of(patcher, "script").update(numoutlets=3, outlettype=["", "", ""])


@breaks("far", "begin its name with `---`")
def shared_name(patcher: Patcher) -> None:
    of(patcher, "far")["text"] = "send far"


@breaks("patch", "`bootpath` holds a path of one machine")
def path_of_a_home(patcher: Patcher) -> None:
    patcher["bootpath"] = "~/Documents/Max 8"


@breaks("patch", "`bootpath` holds a path of one machine")
def path_from_the_root(patcher: Patcher) -> None:
    patcher["dependency_cache"][0]["bootpath"] = "/somewhere"


@breaks("patch", "`text` holds a path of one machine")
def path_of_windows(patcher: Patcher) -> None:
    of(patcher, "start")["text"] = "prepend C:\\Users\\me"


@breaks("kept", "without `parameter_longname`")
def no_long_name(patcher: Patcher) -> None:
    del valueof(patcher, "kept")["parameter_longname"]
    patcher["parameters"]["obj-kept"][0] = None


@breaks("kept", "without `parameter_shortname`")
def no_short_name(patcher: Patcher) -> None:
    valueof(patcher, "kept")["parameter_shortname"] = ""
    patcher["parameters"]["obj-kept"][1] = ""


@breaks("Amount", "2 parameters have this long name")
def same_long_name(patcher: Patcher) -> None:
    valueof(patcher, "kept")["parameter_longname"] = "Amount"
    patcher["parameters"]["obj-kept"][0] = "Amount"


@breaks("vary", "the registry does not list")
def not_registered(patcher: Patcher) -> None:
    del patcher["parameters"]["obj-vary"]


@breaks("vary", "the registry calls it ['Vary', 'V']")
def registered_otherwise(patcher: Patcher) -> None:
    patcher["parameters"]["obj-vary"][1] = "V"


@breaks("parameters", "lists obj-pad")
def registered_for_nothing(patcher: Patcher) -> None:
    patcher["parameters"]["obj-pad"] = ["Pad", "Pad", 0]


@breaks("parameters", "registry of parameters is missing")
def no_registry(patcher: Patcher) -> None:
    patcher["parameters"] = []


@breaks("bank 0", "no parameter has the long name Amuont")
def bank_of_nothing(patcher: Patcher) -> None:
    patcher["parameters"]["parameterbanks"]["0"]["parameters"][0] = "Amuont"


@breaks("bank 0", "7 parameters")
def short_bank(patcher: Patcher) -> None:
    patcher["parameters"]["parameterbanks"]["0"]["parameters"].pop()


@breaks("bank 0", "9 parameters")
def long_bank(patcher: Patcher) -> None:
    patcher["parameters"]["parameterbanks"]["0"]["parameters"].append("-")


@breaks("bank 0", "Amount stands in it twice")
def bank_with_one_twice(patcher: Patcher) -> None:
    patcher["parameters"]["parameterbanks"]["0"]["parameters"][1] = "Amount"


@breaks("bank 0", "its index is 1")
def bank_index(patcher: Patcher) -> None:
    patcher["parameters"]["parameterbanks"]["0"]["index"] = 1


@breaks("parameterbanks", "without a gap")
def bank_gap(patcher: Patcher) -> None:
    banks = patcher["parameters"]["parameterbanks"]
    banks["2"] = banks["0"] | {"index": 2}


@breaks("count", "from 0 to 255")
def large_whole_number(patcher: Patcher) -> None:
    valueof(patcher, "count")["parameter_mmax"] = 999


@breaks("count", "from 0 to 255")
def negative_whole_number(patcher: Patcher) -> None:
    valueof(patcher, "count")["parameter_mmin"] = -1


@breaks("count", "no whole number")
def half_a_count(patcher: Patcher) -> None:
    valueof(patcher, "count")["parameter_initial"] = [2.5]


@breaks("vary", "2 words for the values 0 to 2")
def a_word_short(patcher: Patcher) -> None:
    valueof(patcher, "vary")["parameter_mmax"] = 2


@breaks("amount", "first value 1.5 lies outside")
def begins_outside(patcher: Patcher) -> None:
    valueof(patcher, "amount")["parameter_initial"] = [1.5]


@breaks("amount", "switched on but not given")
def begins_nowhere(patcher: Patcher) -> None:
    del valueof(patcher, "amount")["parameter_initial"]


@breaks("amount", "is empty")
def empty_range(patcher: Patcher) -> None:
    valueof(patcher, "amount").update(parameter_mmin=0.3, parameter_mmax=0.3)


@breaks("kept", "no parameter is of type 7")
def odd_type(patcher: Patcher) -> None:
    valueof(patcher, "kept")["parameter_type"] = 7


@breaks("count", "script sets a parameter that Live automates")
def a_cord_into_a_parameter(patcher: Patcher) -> None:
    patcher["lines"].append(cord("script", 1, "count", 0))


@breaks("patch", "`openinpresentation` is not 1")
def opens_as_a_patch(patcher: Patcher) -> None:
    patcher["openinpresentation"] = 0


@breaks("patch", "no box is shown")
def nothing_shown(patcher: Patcher) -> None:
    for each in patcher["boxes"]:
        each["box"].pop("presentation", None)


@breaks("patch", "how wide the device is")
def no_width(patcher: Patcher) -> None:
    del patcher["openrect"]


@breaks("amount", "not in whole pixels")
def half_a_pixel(patcher: Patcher) -> None:
    of(patcher, "amount")["presentation_rect"] = [8.5, 20, 48, 48]


@breaks("pad", "leaves the device, 220 by 169")
def below_the_device(patcher: Patcher) -> None:
    of(patcher, "pad")["presentation_rect"] = [110, 100, 100, 70]


@breaks("pad", "leaves the device, 220 by 169")
def right_of_the_device(patcher: Patcher) -> None:
    of(patcher, "pad")["presentation_rect"] = [121, 20, 100, 100]


@breaks("pad", "shown, but without a place")
def nowhere(patcher: Patcher) -> None:
    del of(patcher, "pad")["presentation_rect"]


@breaks("count", "lies over vary")
def one_over_another(patcher: Patcher) -> None:
    of(patcher, "count")["presentation_rect"] = [60, 25, 40, 16]


@breaks("vary", "lies over status")
def words_over_a_button(patcher: Patcher) -> None:
    of(patcher, "status").update(ignoreclick=1, presentation_rect=[58, 40, 100, 18], text="Ready")


@breaks("vary", "`Interpolate` needs 55 pixels and has 40")
def long_button(patcher: Patcher) -> None:
    of(patcher, "vary")["text"] = "Interpolate"


@breaks("status", "`The engine was not found on its port` needs")
def long_comment(patcher: Patcher) -> None:
    of(patcher, "status")["text"] = "The engine was not found on its port"


@breaks("vary", "`Snapshot 1` needs")
def long_tab(patcher: Patcher) -> None:
    vary = of(patcher, "vary")
    words = value("Vary", "Vary", 2, mmax=1, enum=["A", "Snapshot 1"])
    vary.update(maxclass="live.tab", numoutlets=3, outlettype=["", "", "float"], saved_attribute_attributes=words)


@breaks("vary", "`Clip's track` needs 70 pixels and has 40")
def long_menu(patcher: Patcher) -> None:
    vary = of(patcher, "vary")
    words = value("Vary", "Vary", 2, mmax=1, enum=["A", "Clip's track"])
    vary.update(maxclass="live.menu", numoutlets=3, outlettype=["", "", "float"], saved_attribute_attributes=words)


@breaks("amount", "`Temperature` needs 61 pixels and has 48")
def long_dial(patcher: Patcher) -> None:
    valueof(patcher, "amount")["parameter_shortname"] = "Temperature"
    patcher["parameters"]["obj-amount"][1] = "Temperature"


def findings(document: dict[str, Any]) -> list[Finding]:
    return check(document, FILES, show=SHOW)


def test_a_clean_patch_passes() -> None:
    assert findings(small_patch()) == []


@pytest.mark.parametrize(
    ("where", "what", "breakage"), BREAKAGES, ids=[breakage.__name__ for _, _, breakage in BREAKAGES]
)
def test_what_is_broken_is_found_and_nothing_else(where: str, what: str, breakage: Callable[[Patcher], object]) -> None:
    document = small_patch()
    breakage(document["patcher"])
    found = findings(document)
    assert [finding.where for finding in found] == [where]
    assert what in found[0].what


@pytest.mark.parametrize("rule", RULES, ids=[rule.__name__ for rule in RULES])
def test_every_rule_is_broken_by_some_breakage(rule: Callable[[Patch], Iterator[Finding]]) -> None:
    def broken(breakage: Callable[[Patcher], object]) -> Patch:
        patcher = small_patch()["patcher"]
        breakage(patcher)
        return Patch(patcher, FILES, "mmmm", SHOW)

    assert any(list(rule(broken(breakage))) for _, _, breakage in BREAKAGES)


def test_an_address_of_a_message_is_no_path() -> None:
    document = small_patch()
    of(document["patcher"], "start")["text"] = "prepend /bridge/morph/x"
    assert findings(document) == []


def test_a_document_without_a_patcher_is_found() -> None:
    assert findings({}) == [Finding("patch", "the document has no `patcher`")]


def test_names_of_files_alone_are_enough() -> None:
    assert check(small_patch(), list(FILES), show=SHOW) == []


def test_a_hidden_box_may_lie_anywhere() -> None:
    document = small_patch()
    of(document["patcher"], "count").update(hidden=1, presentation_rect=[60, 25, 40, 16])
    assert findings(document) == []


def test_a_comment_breaks_into_the_lines_that_it_has_room_for() -> None:
    document = small_patch()
    status = of(document["patcher"], "status")
    status.update(text="Engine found, all is well", presentation_rect=[8, 140, 100, 26])
    assert findings(document) == []


def test_a_word_of_double_size_is_twice_as_wide() -> None:
    assert text_width("Temperature", 20) == pytest.approx(2 * text_width("Temperature", 10))
    assert text_width("Temperature", 10) == pytest.approx(60.57)


def test_a_finding_reads_as_one_line() -> None:
    assert str(Finding("pad", "lies over roll")) == "pad: lies over roll"


def test_a_text_that_no_click_stops_at_may_lie_over_a_button_with_its_empty_end() -> None:
    patcher = small_patch()["patcher"]
    x, y, across, _ = of(patcher, "vary")["presentation_rect"]
    of(patcher, "status").update(ignoreclick=1, presentation_rect=[x, y, across, 18], text="")
    assert findings({"patcher": patcher}) == []
