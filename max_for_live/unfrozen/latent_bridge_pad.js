/*
 * The morph's XY pad: the captured clips as lettered discs, the cursor between them, and where the engine's own
 * cursor was heard. x runs 0..1 from the left, y 0..1 from the bottom.
 *
 * In:  anchor SLOT present x y (SLOT 1..8) | selected SLOT | cursor x y | heard x y | awake 0|1
 * Out: cursor x y while dragged, release x y when let go, anchor SLOT x y after a shift-drag of a letter
 */
autowatch = 0;
inlets = 1;
outlets = 1;

var SLOTS = 8;
var LETTERS = "ABCDEFGH";
var HINT = "Capture two clips to morph";
var SHORT_HINT = "Capture two clips";
var MARGIN_PX = 12; // a disc in the corner keeps its ring
var DISC_PX = 7;
var CURSOR_PX = 4.5;
var ARM_PX = 5;
var DIMMED = 0.4;
var NEAR = 0.0025; // keeps the share of an anchor under the cursor finite

// Colours of Live's dark theme, where Live's own cannot be asked.
var FIXED = {
    live_lcd_bg: [0.094, 0.094, 0.094, 1],
    live_lcd_title: [0.71, 0.71, 0.71, 1],
    live_lcd_control_fg: [1, 0.678, 0.337, 1],
    live_lcd_control_fg_alt: [0.427, 0.843, 1, 1],
    live_lcd_control_fg_zombie: [0.52, 0.52, 0.52, 1]
};

var anchors = emptyAnchors();
var chosen = 0;
var here = { x: 0.5, y: 0.5 };
var heardAt = null;
var isAwake = false;
var drag = null; // while the button is down: { slot: 0 for the cursor, moved: whether it went anywhere }

mgraphics.init();
mgraphics.relative_coords = 0;
mgraphics.autofill = 0;

// Messages

function anchor(slot, present, x, y) {
    var told;
    if (!isSlot(slot) || !areNumbers([present, x, y]) || (drag && drag.slot === slot)) {
        return;
    }
    told = { known: true, present: present !== 0, x: unit(x), y: unit(y) };
    if (!sameAnchor(anchors[slot - 1], told)) {
        anchors[slot - 1] = told;
        mgraphics.redraw();
    }
}

function selected(slot) {
    if (isSlot(slot) && slot !== chosen) {
        chosen = slot;
        mgraphics.redraw();
    }
}

function cursor(x, y) {
    if (!areNumbers([x, y]) || (drag && drag.slot === 0)) {
        return;
    }
    moveCursor({ x: unit(x), y: unit(y) });
}

function heard(x, y) {
    if (areNumbers([x, y]) && !samePlace(heardAt, { x: unit(x), y: unit(y) })) {
        heardAt = { x: unit(x), y: unit(y) };
        mgraphics.redraw();
    }
}

function awake(on) {
    if (areNumbers([on]) && isAwake !== (on !== 0)) {
        isAwake = on !== 0;
        mgraphics.redraw();
    }
}

// The mouse

function onclick(x, y, button, command, shift) {
    var place = toPlace(x, y, mgraphics.size);
    var slot = slotAt(x, y, anchors, mgraphics.size);
    if (shift && slot) {
        drag = { slot: slot, moved: false };
        return;
    }
    drag = { slot: 0, moved: true };
    // A click on a letter goes exactly there.
    dragCursor(slot ? { x: anchors[slot - 1].x, y: anchors[slot - 1].y } : place);
}
onclick.local = 1;

function ondrag(x, y, button) {
    var place = toPlace(x, y, mgraphics.size);
    if (!drag) {
        return;
    }
    if (!button) {
        letGo();
    } else if (drag.slot) {
        dragAnchor(place);
    } else {
        dragCursor(place);
    }
}
ondrag.local = 1;

function ondblclick(x, y) {
    if (slotAt(x, y, anchors, mgraphics.size)) {
        return;
    }
    drag = { slot: 0, moved: true };
    dragCursor({ x: 0.5, y: 0.5 });
    letGo();
}
ondblclick.local = 1;

function onresize() {
    mgraphics.redraw();
}
onresize.local = 1;

function dragCursor(place) {
    if (moveCursor(place)) {
        outlet(0, ["cursor", place.x, place.y]);
    }
}

function dragAnchor(place) {
    var dragged = anchors[drag.slot - 1];
    if (samePlace(dragged, place)) {
        return;
    }
    dragged.x = place.x;
    dragged.y = place.y;
    drag.moved = true;
    mgraphics.redraw();
}

function letGo() {
    var was = drag;
    drag = null;
    if (was.slot === 0) {
        outlet(0, ["release", here.x, here.y]);
    } else if (was.moved) {
        outlet(0, ["anchor", was.slot, anchors[was.slot - 1].x, anchors[was.slot - 1].y]);
    }
}

function moveCursor(place) {
    if (samePlace(here, place)) {
        return false;
    }
    here = place;
    heardAt = null; // the engine follows
    mgraphics.redraw();
    return true;
}

// Geometry: nothing here draws or speaks

function emptyAnchors() {
    var list = [];
    var i;
    for (i = 0; i < SLOTS; i++) {
        list.push({ known: false, present: false, x: 0, y: 0 });
    }
    return list;
}

function isSlot(slot) {
    return typeof slot === "number" && slot >= 1 && slot <= SLOTS && slot === Math.floor(slot);
}

function areNumbers(values) {
    var i;
    for (i = 0; i < values.length; i++) {
        if (typeof values[i] !== "number" || !isFinite(values[i])) {
            return false;
        }
    }
    return true;
}

function unit(value) {
    return Math.min(1, Math.max(0, value));
}

function samePlace(one, other) {
    return one !== null && other !== null && one.x === other.x && one.y === other.y;
}

function sameAnchor(one, other) {
    return one.known === other.known && one.present === other.present && samePlace(one, other);
}

function span(length) {
    return Math.max(1, length - 2 * MARGIN_PX);
}

function toPixel(place, size) {
    return [MARGIN_PX + place.x * span(size[0]), size[1] - MARGIN_PX - place.y * span(size[1])];
}

function toPlace(x, y, size) {
    return { x: unit((x - MARGIN_PX) / span(size[0])), y: unit((size[1] - MARGIN_PX - y) / span(size[1])) };
}

/** The slot whose disc is under the pixel, 0 where there is none; of two the nearer. */
function slotAt(x, y, list, size) {
    var nearest = DISC_PX + 2;
    var slot = 0;
    var i, at, distance;
    for (i = 0; i < list.length; i++) {
        if (list[i].present) {
            at = toPixel(list[i], size);
            distance = Math.sqrt((x - at[0]) * (x - at[0]) + (y - at[1]) * (y - at[1]));
            if (distance <= nearest) {
                nearest = distance;
                slot = i + 1;
            }
        }
    }
    return slot;
}

/** How near each present anchor is, together 1: for the eye; the engine reckons its own. */
function sharesByNearness(place, list) {
    var shares = [];
    var sum = 0;
    var i, dx, dy, share;
    for (i = 0; i < list.length; i++) {
        dx = list[i].x - place.x;
        dy = list[i].y - place.y;
        share = list[i].present ? 1 / (dx * dx + dy * dy + NEAR) : 0;
        shares.push(share);
        sum += share;
    }
    for (i = 0; i < shares.length; i++) {
        shares[i] = sum > 0 ? shares[i] / sum : 0;
    }
    return shares;
}

function hasAnchors(list) {
    var i;
    for (i = 0; i < list.length; i++) {
        if (list[i].present) {
            return true;
        }
    }
    return false;
}

// Drawing

function paint() {
    var size = mgraphics.size;
    var light = isAwake ? 1 : DIMMED;
    paintGround(size);
    if (!hasAnchors(anchors)) {
        paintAbsent(size, light);
        paintHint(size);
        return;
    }
    paintLines(size, light);
    paintAbsent(size, light);
    paintAnchors(size, light);
    paintHeard(size, light);
    paintCursor(size, light);
}
paint.local = 1;

function paintGround(size) {
    var i, x, y;
    ink("live_lcd_bg", 1);
    mgraphics.rectangle_rounded(0, 0, size[0], size[1], 6, 6);
    mgraphics.fill();
    mgraphics.set_line_width(1);
    for (i = 0; i <= 4; i++) {
        x = Math.round(MARGIN_PX + (span(size[0]) * i) / 4) + 0.5;
        y = Math.round(MARGIN_PX + (span(size[1]) * i) / 4) + 0.5;
        ink("live_lcd_control_fg_zombie", i === 2 ? 0.34 : 0.2);
        stroke(x, MARGIN_PX, x, size[1] - MARGIN_PX + 1);
        stroke(MARGIN_PX, y, size[0] - MARGIN_PX + 1, y);
    }
}

function paintLines(size, light) {
    var shares = sharesByNearness(here, anchors);
    var from = toPixel(here, size);
    var i, to;
    for (i = 0; i < anchors.length; i++) {
        if (anchors[i].present) {
            to = toPixel(anchors[i], size);
            ink("live_lcd_control_fg", (0.18 + 0.72 * shares[i]) * light);
            mgraphics.set_line_width(0.8 + 2 * shares[i]);
            stroke(from[0], from[1], to[0], to[1]);
        }
    }
}

function paintAbsent(size, light) {
    var i, at;
    for (i = 0; i < anchors.length; i++) {
        if (anchors[i].known && !anchors[i].present) {
            at = toPixel(anchors[i], size);
            ink("live_lcd_control_fg_zombie", 0.7 * light);
            disc(at, i + 1 === chosen ? 2.5 : 1.5);
            mgraphics.fill();
            paintRing(at, i + 1, light);
        }
    }
}

function paintAnchors(size, light) {
    var i, at;
    mgraphics.select_font_face("Arial Bold");
    mgraphics.set_font_size(9.5);
    for (i = 0; i < anchors.length; i++) {
        if (anchors[i].present) {
            at = toPixel(anchors[i], size);
            ink("live_lcd_bg", 1);
            disc(at, DISC_PX + 1);
            mgraphics.fill();
            ink("live_lcd_control_fg", light);
            disc(at, DISC_PX);
            mgraphics.fill();
            paintRing(at, i + 1, light);
            ink("live_lcd_bg", 1);
            centred(LETTERS.charAt(i), at[0], at[1] + 3.4);
        }
    }
}

function paintRing(at, slot, light) {
    if (slot === chosen) {
        ink("live_lcd_title", light);
        mgraphics.set_line_width(1.25);
        disc(at, DISC_PX + 2.5);
        mgraphics.stroke();
    }
}

function paintHeard(size, light) {
    if (heardAt !== null && !samePlace(heardAt, here)) {
        ink("live_lcd_control_fg_alt", light);
        mgraphics.set_line_width(1.5);
        disc(toPixel(heardAt, size), CURSOR_PX);
        mgraphics.stroke();
    }
}

function paintCursor(size, light) {
    var at = toPixel(here, size);
    var isOnLetter = slotAt(at[0], at[1], anchors, size) > 0; // which is to stay readable
    var radius = isOnLetter ? DISC_PX : CURSOR_PX;
    var near = radius + 1;
    var far = near + ARM_PX;
    if (!isOnLetter) {
        ink("live_lcd_bg", 1);
        disc(at, radius + 1.5);
        mgraphics.fill();
    }
    inkBright(light);
    mgraphics.set_line_width(1);
    stroke(at[0] - far, at[1], at[0] - near, at[1]);
    stroke(at[0] + near, at[1], at[0] + far, at[1]);
    stroke(at[0], at[1] - far, at[0], at[1] - near);
    stroke(at[0], at[1] + near, at[0], at[1] + far);
    mgraphics.set_line_width(1.5);
    disc(at, radius);
    mgraphics.stroke();
    if (!isOnLetter) {
        disc(at, 1.5);
        mgraphics.fill();
    }
}

function paintHint(size) {
    var words;
    mgraphics.select_font_face("Arial Bold");
    mgraphics.set_font_size(9.5);
    words = mgraphics.text_measure(HINT)[0] > size[0] - 8 ? SHORT_HINT : HINT;
    ink("live_lcd_bg", 0.85);
    mgraphics.rectangle(2, size[1] / 2 - 8, size[0] - 4, 16);
    mgraphics.fill();
    ink("live_lcd_title", 0.75);
    centred(words, size[0] / 2, size[1] / 2 + 3.5);
}

function centred(words, x, baseline) {
    mgraphics.move_to(x - mgraphics.text_measure(words)[0] / 2, baseline);
    mgraphics.show_text(words);
    mgraphics.new_path(); // else the next shape would begin with a line from the words' end
}

function stroke(x1, y1, x2, y2) {
    mgraphics.move_to(x1, y1);
    mgraphics.line_to(x2, y2);
    mgraphics.stroke();
}

function disc(at, radius) {
    mgraphics.ellipse(at[0] - radius, at[1] - radius, 2 * radius, 2 * radius);
}

/** Sets a colour of Live's theme, or a fixed one near it where the theme cannot be asked. */
function ink(name, alpha) {
    var colour = themeColour(name);
    mgraphics.set_source_rgba(colour[0], colour[1], colour[2], colour[3] * alpha);
}

/** The brightest of all: the title's colour, half as far again from the ground. */
function inkBright(alpha) {
    var words = themeColour("live_lcd_title");
    var ground = themeColour("live_lcd_bg");
    mgraphics.set_source_rgba(
        unit(words[0] + 0.5 * (words[0] - ground[0])),
        unit(words[1] + 0.5 * (words[1] - ground[1])),
        unit(words[2] + 0.5 * (words[2] - ground[2])),
        alpha
    );
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
