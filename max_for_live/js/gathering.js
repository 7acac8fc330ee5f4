/** Clips as they come: begin, notes in any order and perhaps twice, with holes, until all are whole. */
var Gathering = (function () {
    var MOST_NOTES = 200000;
    var MOST_HOLES = 16;

    function make() {
        var begun = {};
        var total = null;

        function begin(index, numNotes, lengthQuarters) {
            if (!begun.hasOwnProperty(index) && numNotes >= 0 && numNotes <= MOST_NOTES) {
                begun[index] = { rows: [], missing: numNotes, numNotes: numNotes, lengthQuarters: lengthQuarters };
            }
        }

        function add(index, firstIndex, rows) {
            var clip = begun.hasOwnProperty(index) ? begun[index] : null;
            if (clip !== null && firstIndex >= 0 && firstIndex + rows.length <= clip.numNotes) {
                rows.forEach(function (row, offset) {
                    clip.missing -= clip.rows[firstIndex + offset] === undefined ? 1 : 0;
                    clip.rows[firstIndex + offset] = row;
                });
            }
        }

        /** Says how many clips there are. */
        function done(count) {
            total = count;
        }

        function isDone() {
            return total !== null;
        }

        function isWhole() {
            return total !== null && holes().length === 0;
        }

        /** What to ask for again: index, first note, how many; 0 for all. At most sixteen at once. */
        function holes() {
            var found = [];
            var index;
            for (index = 0; total !== null && index < total && found.length < MOST_HOLES; index += 1) {
                found = found.concat(begun.hasOwnProperty(index) ? holesOf(index) : [[index, 0, 0]]);
            }
            return found.slice(0, MOST_HOLES);
        }

        function holesOf(index) {
            var clip = begun[index];
            var found = [];
            var at = 0;
            var from;
            while (clip.missing > 0 && at < clip.numNotes && found.length < MOST_HOLES) {
                from = at;
                while (at < clip.numNotes && clip.rows[at] === undefined) {
                    at += 1;
                }
                if (at > from) {
                    found.push([index, from, at - from]);
                }
                at += 1;
            }
            return found;
        }

        /** The last clip that was begun; -1 where none was. */
        function latest() {
            return Object.keys(begun).reduce(function (most, index) {
                return Math.max(most, Number(index));
            }, -1);
        }

        function clips() {
            return Object.keys(begun).map(Number).filter(function (index) {
                return index < total;
            }).sort(function (a, b) {
                return a - b;
            }).map(function (index) {
                return { notes: begun[index].rows, lengthQuarters: begun[index].lengthQuarters };
            });
        }

        return {
            begin: begin, add: add, done: done, isDone: isDone, isWhole: isWhole, holes: holes, latest: latest,
            clips: clips
        };
    }

    return { make: make };
}());
