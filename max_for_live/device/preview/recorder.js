/* What Max gives a jsui script, as far as this device uses it: what is drawn and said is written down. */
var recorded = { drawing: [], said: [], redraws: 0 };
var recorderFont = { name: "Arial", size: 12 };
var recorderColours = dukpy.colours;

var mgraphics = (function () {
    var names = [
        "move_to", "line_to", "curve_to", "rel_move_to", "rel_line_to", "close_path", "new_path", "arc", "arc_negative",
        "ellipse", "rectangle", "rectangle_rounded", "fill", "fill_preserve", "stroke", "stroke_preserve",
        "set_source_rgb", "set_source_rgba", "set_line_width", "set_line_cap", "set_line_join", "show_text",
        "select_font_face", "set_font_size"
    ];
    var made = {
        size: dukpy.size,
        relative_coords: 1,
        autofill: 1,
        init: function () {},
        redraw: function () {
            recorded.redraws += 1;
        },
        text_measure: function (words) {
            var width = call_python("text_width", String(words), recorderFont.name, recorderFont.size);
            return [width, recorderFont.size * 1.15];
        },
        font_extents: function () {
            return [recorderFont.size * 0.905, recorderFont.size * 0.212, recorderFont.size * 1.15];
        }
    };
    names.forEach(function (name) {
        made[name] = function () {
            var told = Array.prototype.slice.call(arguments);
            if (name === "select_font_face") {
                recorderFont.name = String(told[0]);
            }
            if (name === "set_font_size") {
                recorderFont.size = told[0];
            }
            recorded.drawing.push([name].concat(told));
        };
    });
    return made;
})();

var max = {
    getcolor: function (name) {
        return recorderColours[name];
    }
};

function outlet(index, list) {
    recorded.said.push([index].concat(list));
}

function post() {}

function arrayfromargs(told) {
    return Array.prototype.slice.call(told);
}
