"""Several outputs as one."""

from __future__ import annotations

from paper_sink import PaperSink

from bridge.fan_out import FanOut
from bridge.note_sink import TimedNote

NOTE = TimedNote(60, 100.0, 1, 1.0, 2.0)


def test_the_longest_lead_is_kept() -> None:
    assert FanOut().lead_s == 0
    assert FanOut([PaperSink(0.03), PaperSink(0.2)]).lead_s == 0.2


def test_all_sinks_get_all() -> None:
    sinks = [PaperSink(), PaperSink()]
    fan = FanOut(sinks)
    fan.play(NOTE)
    fan.flush(1.5)
    fan.retime(2.0, 0.5)
    for sink in sinks:
        assert (sink.notes, sink.flushes_s, sink.retimes) == ([NOTE], [1.5], [(2.0, 0.5)])


def test_a_sink_that_goes_is_silenced_and_hears_no_more() -> None:
    stays, goes = PaperSink(), PaperSink(0.2)
    fan = FanOut([stays])
    fan.add(goes)
    fan.add(goes)
    fan.play(NOTE)
    fan.remove(goes, 1.0)
    fan.remove(goes, 1.0)
    fan.play(NOTE)
    assert (len(stays.notes), len(goes.notes)) == (2, 1)
    assert (stays.flushes_s, goes.flushes_s) == ([], [1.0])
    assert fan.lead_s == 0.01
