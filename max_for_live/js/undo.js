/** One undo step for several edits, where Live offers that to a device. */
var Undo = (function () {
    var isOffered = null; // not known before it is asked

    /** Whether edits can be put together. Where not, each is a step of its own: make as few as can be. */
    function canGather() {
        var song;
        var functions;
        if (isOffered === null) {
            song = LiveSet.song();
            functions = song === null ? "" : String(song.info);
            isOffered = functions.indexOf("begin_undo_step") >= 0 && functions.indexOf("end_undo_step") >= 0;
        }
        return isOffered;
    }

    /** Does all the edits of a piece of work in one step; no edit may be left for later. Gives what the work gives. */
    function inOneStep(work) {
        var song;
        if (!canGather()) {
            return work();
        }
        song = LiveSet.song();
        song.call("begin_undo_step");
        try {
            return work();
        } finally {
            song.call("end_undo_step");
        }
    }

    return { canGather: canGather, inOneStep: inOneStep };
}());
