/** After every new session: the clips, the anchors, snapshots and locks, what was asked, and then the controls. */
var Restoring = (function () {
    var SOON_MS = 150;
    var isBusy = false;
    var soon = Timers.make(beginWhereOpen);

    function begin() {
        var clips = Slots.all();
        isBusy = true;
        MorphPattern.reset();
        Knobs.ask();
        clips.forEach(Clips.send);
        Slots.show();
        Clips.whenSettled(clips, restore);
        Requests.sendAllAgain();
    }

    function restore() {
        States.restore();
        Anchors.restore();
        Outbox.then(function () {
            isBusy = false;
            Anchors.putAllThatCan();
            Controls.askEngines();
            States.changed();
        });
    }

    /** The Set's clips came after the engine was found. */
    function beginSoon() {
        if (Connection.isOpen()) {
            soon.after(SOON_MS);
        }
    }

    function beginWhereOpen() {
        if (Connection.isOpen()) {
            Clips.lost();
            begin();
        }
    }

    return {
        begin: begin,
        beginSoon: beginSoon,
        isBusy: function () {
            return isBusy;
        }
    };
}());
