/*
 * A small piano roll: what plays, or the chosen clip. Drums are drawn as lanes with a tick a hit.
 *
 * In:  begin LENGTH_QUARTERS BAR_QUARTERS [melody|drums] | notes (pitch start duration velocity)* | end | clear |
 *      head QUARTERS (below 0: none)
 */
autowatch = 0;
inlets = 1;
outlets = 1;

var HINT = "No clip yet";
var MAX_NOTES = 4000; // more would not be seen, and take long to draw
var MAX_LANES = 12;
var MIN_PITCHES = 13;
var LEVELS = 5; // of brightness; one path is filled for each
var EDGE_PX = 3;

// Colours of Live's dark theme, where Live's own cannot be asked.
var FIXED = {
    live_lcd_bg: [0.094, 0.094, 0.094, 1],
    live_lcd_control_fg: [1, 0.678, 0.337, 1],
    live_lcd_control_fg_alt: [0.427, 0.843, 1, 1],
    live_lcd_control_fg_zombie: [0.52, 0.52, 0.52, 1]
};

var music = null; // what is shown: { length, bar, kind, notes }
var coming = null; // what is still being told
var headQuarters = -1;

mgraphics.init();
mgraphics.relative_coords = 0;
mgraphics.autofill = 0;

// Messages

function begin(length, bar, kind) {
    coming = null;
    if (areNumbers([length, bar]) && length > 0 && bar > 0) {
        coming = { length: length, bar: bar, kind: kind, notes: [] };
    }
}

function notes() {
    var told = Array.prototype.slice.call(arguments);
    var i;
    for (i = 0; coming && i + 3 < told.length && coming.notes.length < MAX_NOTES; i += 4) {
        if (areNumbers(told.slice(i, i + 4)) && told[i + 2] >= 0) {
            coming.notes.push({ pitch: told[i], start: told[i + 1], duration: told[i + 2], velocity: told[i + 3] });
        }
    }
}

function end() {
    if (coming) {
        music = coming;
        coming = null;
        mgraphics.redraw();
    }
}

function clear() {
    coming = null;
    if (music) {
        music = null;
        mgraphics.redraw();
    }
}

function head(quarters) {
    var before = headPixel(headQuarters, music, mgraphics.size[0]);
    if (areNumbers([quarters])) {
        headQuarters = quarters;
        if (headPixel(headQuarters, music, mgraphics.size[0]) !== before) {
            mgraphics.redraw();
        }
    }
}

function onresize() {
    mgraphics.redraw();
}
onresize.local = 1;

// Geometry: nothing here draws

function areNumbers(values) {
    var i;
    for (i = 0; i < values.length; i++) {
        if (typeof values[i] !== "number" || !isFinite(values[i])) {
            return false;
        }
    }
    return true;
}

function toPixel(quarters, length, width) {
    return EDGE_PX + (quarters / length) * (width - 2 * EDGE_PX);
}

function toQuarters(x, length, width) {
    return ((x - EDGE_PX) / (width - 2 * EDGE_PX)) * length;
}

/** Where the playing is, in whole pixels; -1 where nothing is to be shown. */
function headPixel(quarters, shown, width) {
    if (!shown || quarters < 0) {
        return -1;
    }
    return Math.round(toPixel(quarters % shown.length, shown.length, width));
}

function distinctPitches(list) {
    var pitches = [];
    var i;
    for (i = 0; i < list.length; i++) {
        if (pitches.indexOf(list[i].pitch) < 0) {
            pitches.push(list[i].pitch);
        }
    }
    return pitches.sort(function (one, other) {
        return one - other;
    });
}

/** Drums where the sender says so; else few pitches, low ones among them, and many hits at once or short ones. */
function isDrums(shown) {
    var pitches;
    if (shown.kind === "drums" || shown.kind === "melody") {
        return shown.kind === "drums";
    }
    pitches = distinctPitches(shown.notes);
    return pitches.length > 0 && pitches.length <= MAX_LANES && pitches[0] <= 40 && medianDuration(shown.notes) <= 0.5;
}

function medianDuration(list) {
    var durations = [];
    var i;
    for (i = 0; i < list.length; i++) {
        durations.push(list[i].duration);
    }
    durations.sort(function (one, other) {
        return one - other;
    });
    return durations[Math.floor(durations.length / 2)];
}

/** Lowest pitch and how many are shown: all that sound and one to each side, an octave at least. */
function pitchRange(list) {
    var pitches = distinctPitches(list);
    var low = pitches[0] - 1;
    var count = pitches[pitches.length - 1] + 1 - low + 1;
    if (count < MIN_PITCHES) {
        low -= Math.floor((MIN_PITCHES - count) / 2);
        count = MIN_PITCHES;
    }
    return { low: low, count: count };
}

function level(velocity) {
    var part = Math.min(1, Math.max(0, velocity / 127));
    return Math.min(LEVELS - 1, Math.floor(part * LEVELS));
}

/** Where a note's bar stands in a roll: [x, y, width, height]; null where it lies outside the clip. */
function barRect(note, shown, range, size) {
    var from = Math.max(0, note.start);
    var to = Math.min(shown.length, note.start + note.duration);
    var row = (size[1] - 2 * EDGE_PX) / range.count;
    var thick = Math.min(7, Math.max(2, row - 0.75));
    var x = toPixel(from, shown.length, size[0]);
    var y = size[1] - EDGE_PX - (note.pitch - range.low + 0.5) * row - thick / 2;
    if (note.start >= shown.length || to < 0) {
        return null;
    }
    return [x, y, Math.max(1.5, toPixel(to, shown.length, size[0]) - x - 0.75), thick];
}

/** Where a hit's tick stands in its lane: the louder the taller; null where it lies outside the clip. */
function tickRect(note, shown, lanes, size) {
    var lane = (size[1] - 2 * EDGE_PX) / lanes.length;
    var tall = Math.max(2, (lane - 0.5) * (0.45 + 0.55 * Math.min(1, Math.max(0, note.velocity / 127))));
    var wide = Math.min(2.5, Math.max(1.5, ((size[0] - 2 * EDGE_PX) / shown.length) * 0.12));
    var y = size[1] - EDGE_PX - (lanes.indexOf(note.pitch) + 0.5) * lane - tall / 2;
    var x;
    if (note.start >= shown.length || note.start < -0.25) {
        return null;
    }
    x = Math.min(size[0] - EDGE_PX - wide, toPixel(Math.max(0, note.start), shown.length, size[0]));
    return [x, y, wide, tall];
}

// Drawing

function paint() {
    var size = mgraphics.size;
    ink("live_lcd_bg", 1);
    mgraphics.rectangle_rounded(0, 0, size[0], size[1], 6, 6);
    mgraphics.fill();
    if (!music || !music.notes.length) {
        paintNothing(size);
        return;
    }
    paintGrid(size);
    if (isDrums(music)) {
        paintLanes(size);
    } else {
        paintBars(size);
    }
    paintHead(size);
}
paint.local = 1;

function paintNothing(size) {
    ink("live_lcd_control_fg_zombie", 0.3);
    mgraphics.set_line_width(1);
    stroke(EDGE_PX + 3, Math.round(size[1] / 2) + 0.5, size[0] - EDGE_PX - 3, Math.round(size[1] / 2) + 0.5);
    if (size[1] < 14 || music) {
        return;
    }
    mgraphics.select_font_face("Arial Bold");
    mgraphics.set_font_size(9.5);
    paintWord(HINT, mgraphics.text_measure(HINT)[0], size);
}

function paintWord(words, width, size) {
    ink("live_lcd_bg", 1);
    mgraphics.rectangle((size[0] - width) / 2 - 6, size[1] / 2 - 7, width + 12, 14);
    mgraphics.fill();
    ink("live_lcd_control_fg_zombie", 0.9);
    mgraphics.move_to((size[0] - width) / 2, size[1] / 2 + 3.5);
    mgraphics.show_text(words);
    mgraphics.new_path(); // else the next shape would begin with a line from the words' end
}

function paintGrid(size) {
    var beat = (size[0] - 2 * EDGE_PX) / music.length;
    var bar = beat * music.bar;
    mgraphics.set_line_width(1);
    if (beat >= 5) {
        paintEvery(1, 0.16, size);
    }
    if (bar >= 5) {
        paintEvery(music.bar, 0.42, size);
    }
}

function paintEvery(quarters, alpha, size) {
    var q, x;
    ink("live_lcd_control_fg_zombie", alpha);
    for (q = quarters; q < music.length; q += quarters) {
        x = Math.floor(toPixel(q, music.length, size[0])) + 0.5;
        stroke(x, EDGE_PX, x, size[1] - EDGE_PX);
    }
}

function paintBars(size) {
    var range = pitchRange(music.notes);
    paintByLevel(function (note) {
        return barRect(note, music, range, size);
    });
}

function paintLanes(size) {
    var lanes = distinctPitches(music.notes);
    var lane = (size[1] - 2 * EDGE_PX) / lanes.length;
    var i, y;
    ink("live_lcd_control_fg_zombie", 0.16);
    for (i = 1; i < lanes.length && lane >= 4; i++) {
        y = Math.floor(size[1] - EDGE_PX - i * lane) + 0.5;
        stroke(EDGE_PX, y, size[0] - EDGE_PX, y);
    }
    paintByLevel(function (note) {
        return tickRect(note, music, lanes, size);
    });
}

/** Fills all notes of one brightness at once, the quiet ones first. */
function paintByLevel(rectOf) {
    var i, n, rect, round;
    for (i = 0; i < LEVELS; i++) {
        ink("live_lcd_control_fg", 0.4 + (0.6 * i) / (LEVELS - 1));
        for (n = 0; n < music.notes.length; n++) {
            rect = level(music.notes[n].velocity) === i ? rectOf(music.notes[n]) : null;
            if (rect) {
                round = Math.min(3, rect[2] / 2, rect[3] / 2);
                mgraphics.rectangle_rounded(rect[0], rect[1], rect[2], rect[3], round, round);
            }
        }
        mgraphics.fill();
    }
}

function paintHead(size) {
    var x = headPixel(headQuarters, music, size[0]);
    if (x >= 0) {
        ink("live_lcd_control_fg_alt", 0.9);
        mgraphics.set_line_width(1);
        stroke(x + 0.5, 1, x + 0.5, size[1] - 1);
    }
}

function stroke(x1, y1, x2, y2) {
    mgraphics.move_to(x1, y1);
    mgraphics.line_to(x2, y2);
    mgraphics.stroke();
}

/** Sets a colour of Live's theme, or a fixed one near it where the theme cannot be asked. */
function ink(name, alpha) {
    var colour = themeColour(name);
    mgraphics.set_source_rgba(colour[0], colour[1], colour[2], colour[3] * alpha);
}

function themeColour(name) {
    var asked = null;
    try {
        asked = max.getcolor(name);
    } catch (error) {
        asked = null;
    }
    return asked && asked.length === 4 && areNumbers([asked[0], asked[1], asked[2], asked[3]]) ? asked : FIXED[name];
}
