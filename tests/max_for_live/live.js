// A stand-in for LiveAPI and a small Live Set, as the Live Object Model is documented: names, access and ranges are the
// documentation's. What the documents leave open is answered in the way that is harder for the script. Any use that
// Live would refuse throws, and is also a fault of the script, even where it catches what was thrown.

var LiveAPI = (function (stage, global) {
    // type: properties read (r), read and written (w), observed (o); children (c), lists of them (l); functions (f).
    var MODEL = {
        Application: {f: 'get_major_version get_minor_version get_bugfix_version get_version_string get_document'},
        Song: {
            r: 'can_undo can_redo name file_path last_event_time song_length count_in_duration is_counting_in' +
                ' re_enable_automation_enabled session_record_status scale_intervals select_on_launch exclusive_arm',
            w: 'current_song_time tempo is_playing signature_numerator signature_denominator clip_trigger_quantization' +
                ' root_note scale_name scale_mode metronome loop loop_start loop_length record_mode session_record' +
                ' session_automation_record arrangement_overdub overdub back_to_arranger start_time groove_amount',
            o: 'current_song_time tempo is_playing signature_numerator signature_denominator tracks scenes visible_tracks' +
                ' return_tracks clip_trigger_quantization root_note scale_name scale_mode metronome loop loop_start' +
                ' loop_length record_mode session_record session_automation_record arrangement_overdub overdub' +
                ' back_to_arranger session_record_status re_enable_automation_enabled is_counting_in song_length',
            c: 'view master_track', l: 'tracks return_tracks scenes visible_tracks',
            f: 'create_scene undo redo start_playing stop_playing continue_playing'
        },
        'Song.View': {
            w: 'draw_mode follow_song', o: 'detail_clip selected_track selected_scene selected_chain draw_mode follow_song',
            c: 'detail_clip highlighted_clip_slot selected_track selected_scene selected_chain', f: 'select_device'
        },
        Track: {
            r: 'has_midi_input has_midi_output has_audio_input has_audio_output is_foldable is_frozen is_grouped is_visible' +
                ' can_be_armed fired_slot_index playing_slot_index is_part_of_selection',
            w: 'name color color_index mute solo arm',
            o: 'name color color_index mute solo arm clip_slots arrangement_clips devices playing_slot_index is_frozen',
            c: 'view group_track', l: 'clip_slots arrangement_clips devices',
            f: 'stop_all_clips delete_clip duplicate_clip_slot duplicate_clip_to_arrangement delete_device'
        },
        Chain: {r: 'has_midi_input', w: 'name color mute solo', o: 'name color devices', l: 'devices', f: 'delete_device'},
        Device: {
            r: 'class_name class_display_name type can_have_chains can_have_drum_pads is_active', w: 'name',
            o: 'name is_active parameters', c: 'view', l: 'parameters chains', f: 'store_chosen_bank'
        },
        Scene: {r: 'is_empty', w: 'name color color_index', o: 'name color clip_slots is_triggered', l: 'clip_slots', f: 'fire'},
        ClipSlot: {
            r: 'has_clip is_group_slot is_playing is_recording is_triggered playing_status controls_other_clips color',
            w: 'has_stop_button', o: 'has_clip has_stop_button is_triggered playing_status', c: 'clip',
            f: 'create_clip delete_clip duplicate_clip_to fire stop set_fire_button_state'
        },
        Clip: {
            r: 'length is_midi_clip is_audio_clip is_arrangement_clip is_session_clip is_recording is_triggered is_overdubbing' +
                ' playing_position start_time end_time has_envelopes has_groove will_record_on_start position',
            w: 'name color color_index loop_start loop_end start_marker end_marker looping muted is_playing' +
                ' signature_numerator signature_denominator launch_mode launch_quantization velocity_amount legato',
            o: 'name color color_index loop_start loop_end start_marker end_marker looping muted notes signature_numerator' +
                ' signature_denominator playing_position playing_status is_recording position',
            c: 'view',
            f: 'get_notes_extended get_all_notes_extended get_selected_notes_extended get_notes_by_id add_new_notes' +
                ' remove_notes_extended remove_notes_by_id apply_note_modifications fire stop crop duplicate_loop' +
                ' select_all_notes deselect_all_notes'
        },
        View: {}
    };
    // key: lowest, highest, what it is where it is left out (undefined: it must be given), whether it is whole.
    var NOTE_KEYS = {
        pitch: [0, 127, undefined, true], start_time: [-1e7, 1e7], duration: [1e-9, 1e7], velocity: [0, 127, 100],
        mute: [0, 1, 0, true], probability: [0, 1, 1], velocity_deviation: [-127, 127, 0], release_velocity: [0, 127, 64]
    };
    var objects = {};
    var last_id = 0;
    var last_note = 0;
    var song;
    var application;
    var device;
    var observers = [];
    var calls = [];
    var steps = [];
    var open_step = null;
    var groups_undo = true;
    var get_all_notes = true;
    var notifying = 0;
    var says_booleans = false;
    var denied = {};

    function has(list, name) {
        return (' ' + (list || '') + ' ').indexOf(' ' + name + ' ') >= 0;
    }

    function refuse(text) {
        stage.fault('Live: ' + text);
        throw new Error(text);
    }

    // ---- objects of the Set ----

    function make(type, parent, values, lists) {
        var object = {type: type, parent: parent, values: values || {}, lists: lists || {}, single: {}, alive: true};
        last_id += 1;
        object.id = last_id;
        objects[object.id] = object;
        return object;
    }

    function make_clip(slot_or_track, plan) {
        var midi = plan.audio ? 0 : 1;
        var clip = make('Clip', slot_or_track, {
            name: plan.name || '', color: plan.color || 0, color_index: 0, looping: plan.looping === undefined ? 1 : plan.looping,
            loop_start: plan.loop_start || 0, loop_end: plan.loop_end || plan.length || 4,
            start_marker: plan.start_marker === undefined ? plan.loop_start || 0 : plan.start_marker,
            end_marker: plan.end_marker || plan.loop_end || plan.length || 4, muted: 0, is_midi_clip: midi, is_audio_clip: 1 - midi,
            signature_numerator: (plan.meter || [4, 4])[0], signature_denominator: (plan.meter || [4, 4])[1],
            is_arrangement_clip: plan.arrangement ? 1 : 0, is_session_clip: plan.arrangement ? 0 : 1, is_playing: 0,
            is_recording: plan.recording ? 1 : 0, is_triggered: 0, is_overdubbing: 0, playing_position: 0, start_time: 0, end_time: 0,
            has_envelopes: 0, has_groove: 0, will_record_on_start: 0, launch_mode: 0, launch_quantization: 0, velocity_amount: 0,
            legato: 0
        });
        clip.notes = [];
        (plan.notes || []).forEach(function (note) {
            put_note(clip, note, true);
        });
        clip.single.view = make('View', clip);
        return clip;
    }

    function make_slot(track, plan) {
        var slot = make('ClipSlot', track, {
            is_group_slot: track.values.is_foldable, is_playing: 0, is_recording: 0, is_triggered: 0, playing_status: 0,
            controls_other_clips: 0, color: 0, has_stop_button: 1
        });
        slot.single.clip = plan ? make_clip(slot, plan) : null;
        return slot;
    }

    function make_track(plan, num_scenes) {
        var kind = plan.kind || 'midi';
        var track = make('Track', song, {
            name: plan.name || '1-MIDI', color: plan.color || 0, color_index: 0, mute: 0, solo: 0, arm: 0,
            has_midi_input: kind === 'midi' ? 1 : 0, has_midi_output: 0, has_audio_input: kind === 'audio' ? 1 : 0,
            has_audio_output: 1, is_foldable: kind === 'group' ? 1 : 0, is_frozen: plan.frozen ? 1 : 0, is_grouped: 0,
            is_visible: 1, can_be_armed: kind === 'group' ? 0 : 1, fired_slot_index: -1, playing_slot_index: -1, is_part_of_selection: 0
        });
        var place;
        track.kind = kind;
        track.single.view = make('View', track);
        track.single.group_track = null;
        track.lists.clip_slots = [];
        for (place = 0; place < num_scenes; place += 1) {
            track.lists.clip_slots.push(make_slot(track, (plan.clips || {})[place]));
        }
        track.lists.arrangement_clips = (plan.arrangement || []).map(function (clip) {
            clip.arrangement = true;
            return make_clip(track, clip);
        });
        track.lists.devices = [];
        return track;
    }

    function make_device(parent, name, type) {
        var made = make('Device', parent, {
            name: name, class_name: type || 'MxDeviceMidiEffect', class_display_name: 'Max MIDI Effect', type: 4,
            can_have_chains: type ? 1 : 0, can_have_drum_pads: 0, is_active: 1
        }, {parameters: [], chains: []});
        made.single.view = make('View', made);
        parent.lists.devices.push(made);
        return made;
    }

    function build(plan) {
        var place;
        var rack;
        var chain;
        groups_undo = plan.undo_steps !== false;
        says_booleans = Boolean(plan.says_booleans);
        get_all_notes = plan.version !== '11.0';
        application = make('Application', null, {version: plan.version || '12.1'});
        song = make('Song', application, {
            name: plan.name || '', file_path: '', current_song_time: 0, tempo: plan.tempo || 120, is_playing: 0, can_undo: 0, can_redo: 0,
            signature_numerator: 4, signature_denominator: 4, clip_trigger_quantization: 4, root_note: 0, scale_name: 'Major',
            metronome: 0, loop: 0, last_event_time: 0, song_length: 0, count_in_duration: 0, is_counting_in: 0,
            re_enable_automation_enabled: 0, session_record_status: 0, scale_intervals: 0, select_on_launch: 1, exclusive_arm: 1,
            scale_mode: 0, loop_start: 0, loop_length: 16, record_mode: 0, session_record: 0, session_automation_record: 0,
            arrangement_overdub: 0, overdub: 0, back_to_arranger: 0, start_time: 0, groove_amount: 0
        }, {tracks: [], return_tracks: [], scenes: [], visible_tracks: []});
        song.single.view = make('Song.View', song, {draw_mode: 0, follow_song: 1});
        for (place = 0; place < plan.num_scenes; place += 1) {
            song.lists.scenes.push(make('Scene', song, {name: '', color: 0, color_index: 0}));
        }
        // Ids are given in the order of creation, and a Set opened again gives others.
        last_id += plan.first_id || 0;
        song.lists.tracks = plan.tracks.map(function (track) {
            return make_track(track, plan.num_scenes);
        });
        song.lists.visible_tracks = song.lists.tracks;
        song.single.master_track = make_track({name: 'Main', kind: 'master'}, 0);
        device = song.lists.tracks[plan.device_track || 0];
        if (plan.in_rack) {
            rack = make_device(device, 'MIDI Effect Rack', 'MidiEffectGroupDevice');
            chain = make('Chain', rack, {name: 'Chain', color: 0, mute: 0, solo: 0, has_midi_input: 1}, {devices: []});
            rack.lists.chains.push(chain);
            device = chain;
        }
        device = make_device(device, 'Latent Bridge');
        song.single.view.single = {
            detail_clip: null, highlighted_clip_slot: null, selected_track: song.lists.tracks[0],
            selected_scene: song.lists.scenes[0] || null, selected_chain: null
        };
    }

    // ---- paths ----

    function child(object, name, number) {
        var model;
        if (!object) {
            return null;
        }
        if (name === 'canonical_parent') {
            return object.parent;
        }
        model = MODEL[object.type];
        if (has(model.l, name)) {
            return number === undefined ? null : (object.lists[name] || [])[number] || null;
        }
        if (object.type === 'Scene' && name === 'clip_slots') {
            return scene_slots(object)[number] || null;
        }
        return has(model.c, name) ? object.single[name] || null : null;
    }

    function walk(object, names) {
        var place = 0;
        var number;
        while (object && place < names.length) {
            number = /^\d+$/.test(names[place + 1] || '') ? Number(names[place + 1]) : undefined;
            object = child(object, names[place], number);
            place += number === undefined ? 1 : 2;
        }
        return object;
    }

    function find(path) {
        var names = path.replace(/"/g, '').split(/\s+/).filter(Boolean);
        var roots = {live_set: song, live_app: application, this_device: device};
        if (names[0] === 'id') {
            return alive(objects[names[1]]);
        }
        if (!roots.hasOwnProperty(names[0])) {
            refuse('LiveAPI: ' + path + ' is no path');
        }
        return alive(walk(roots[names[0]], names.slice(1)));
    }

    function alive(object) {
        return object && object.alive ? object : null;
    }

    function path_of(object) {
        var parent = object.parent;
        var name = null;
        if (object === song) {
            return 'live_set';
        }
        if (object === application) {
            return 'live_app';
        }
        Object.keys(parent.lists).forEach(function (list) {
            var at = parent.lists[list].indexOf(object);
            if (at >= 0 && list !== 'visible_tracks') {
                name = list + ' ' + at;
            }
        });
        Object.keys(parent.single).forEach(function (single) {
            if (parent.single[single] === object) {
                name = single;
            }
        });
        return path_of(parent) + ' ' + name;
    }

    function scene_slots(scene) {
        var row = song.lists.scenes.indexOf(scene);
        return song.lists.tracks.map(function (track) {
            return track.lists.clip_slots[row];
        });
    }

    // ---- undo ----

    function edit(what, object) {
        if (notifying) {
            refuse('Changes cannot be triggered by notifications. You will need to defer your response. (' + what + ')');
        }
        if (open_step) {
            open_step.push(what + ' ' + object.id);
        } else {
            steps.push([what + ' ' + object.id]);
        }
    }

    function begin_step() {
        if (open_step) {
            stage.fault('Live: an undo step was begun within another');
        }
        open_step = [];
    }

    function end_step() {
        if (open_step && open_step.length) {
            steps.push(open_step);
        }
        open_step = null;
    }

    // ---- notes ----

    function put_note(clip, given, never_overlaps) {
        var note = {};
        Object.keys(NOTE_KEYS).forEach(function (key) {
            var rule = NOTE_KEYS[key];
            var value = given[key] === undefined ? rule[2] : given[key];
            if (typeof value === 'boolean') {
                value = Number(value);
            }
            if (typeof value !== 'number' || !isFinite(value) || value < rule[0] || value > rule[1]) {
                refuse('add_new_notes: ' + key + ' ' + value + ' is out of range');
            }
            if (rule[3] && Math.floor(value) !== value) {
                refuse('add_new_notes: ' + key + ' ' + value + ' is not whole');
            }
            note[key] = value;
        });
        Object.keys(given).forEach(function (key) {
            if (!NOTE_KEYS.hasOwnProperty(key)) {
                refuse('add_new_notes: a note has no ' + key);
            }
        });
        if (!never_overlaps) {
            make_room(clip, note);
        }
        last_note += 1;
        note.note_id = last_note;
        clip.notes.push(note);
        return note.note_id;
    }

    // Notes of one pitch never overlap: the later onset shortens the earlier note, one at the same onset replaces it.
    function make_room(clip, note) {
        clip.notes = clip.notes.filter(function (old) {
            if (old.pitch !== note.pitch) {
                return true;
            }
            if (old.start_time < note.start_time && old.start_time + old.duration > note.start_time) {
                old.duration = note.start_time - old.start_time;
            }
            if (old.start_time > note.start_time && old.start_time < note.start_time + note.duration) {
                note.duration = old.start_time - note.start_time;
            }
            return old.start_time !== note.start_time;
        });
    }

    function within(from_pitch, pitch_span, from_time, time_span) {
        [from_pitch, pitch_span, from_time, time_span].forEach(function (value) {
            if (typeof value !== 'number' || !isFinite(value)) {
                refuse('notes: four numbers are needed: from_pitch, pitch_span, from_time, time_span');
            }
        });
        if (from_pitch < 0 || pitch_span < 1 || from_pitch + pitch_span > 128 || time_span <= 0) {
            refuse('notes: pitches ' + from_pitch + ' + ' + pitch_span + ', time span ' + time_span + ' are out of range');
        }
        return function (note) {
            return note.pitch >= from_pitch && note.pitch < from_pitch + pitch_span &&
                note.start_time >= from_time && note.start_time < from_time + time_span;
        };
    }

    function told(notes, wanted) {
        var sorted = notes.slice().sort(function (a, b) {
            return a.start_time - b.start_time || a.pitch - b.pitch;
        });
        return JSON.stringify({notes: sorted.map(function (note) {
            var out = {};
            Object.keys(note).forEach(function (key) {
                if (!wanted || wanted.indexOf(key) >= 0) {
                    // The documents call mute a bool, and show it as a number.
                    out[key] = key === 'mute' && says_booleans ? Boolean(note[key]) : note[key];
                }
            });
            return out;
        })});
    }

    // An object, a Dict, or JSON text of one where the documents show no text: refused.
    function dictionary(given) {
        if (given && typeof given.stringify === 'function') {
            return JSON.parse(given.stringify());
        }
        if (!given || typeof given !== 'object' || Object.prototype.toString.call(given) === '[object Array]') {
            refuse('a dictionary is needed, not ' + typeof given);
        }
        return JSON.parse(JSON.stringify(given));
    }

    var FUNCTIONS = {
        get_notes_extended: function (clip, args) {
            var wanted = null;
            var given = args;
            if (args.length === 1) {
                given = dictionary(args[0]);
                wanted = given['return'];
                given = [given.from_pitch, given.pitch_span, given.from_time, given.time_span];
            }
            return told(clip.notes.filter(within.apply(null, given)), wanted);
        },
        get_all_notes_extended: function (clip, args) {
            if (!get_all_notes) {
                refuse('get_all_notes_extended: available since Live 11.1');
            }
            return told(clip.notes, args.length ? dictionary(args[0])['return'] : null);
        },
        get_selected_notes_extended: function (clip, args) {
            var chosen = clip.notes.filter(function (note) {
                return note.start_time >= (clip.selected || [0, 0])[0] && note.start_time < (clip.selected || [0, 0])[1];
            });
            return told(chosen, args.length ? dictionary(args[0])['return'] : null);
        },
        add_new_notes: function (clip, args) {
            var given = dictionary(args[0]);
            var keys = Object.keys(given);
            if (args.length !== 1 || keys.length !== 1 || keys[0] !== 'notes') {
                refuse('add_new_notes: one dictionary with the key notes is needed');
            }
            edit('add_new_notes', clip);
            return given.notes.map(function (note) {
                return put_note(clip, note);
            });
        },
        remove_notes_extended: function (clip, args) {
            var inside = within.apply(null, args);
            edit('remove_notes_extended', clip);
            clip.notes = clip.notes.filter(function (note) {
                return !inside(note);
            });
        },
        create_clip: function (slot, args) {
            var track = slot.parent;
            if (slot.single.clip) {
                refuse('create_clip: the slot is not empty');
            }
            if (track.kind !== 'midi' || track.values.is_frozen) {
                refuse('create_clip: only empty slots of MIDI tracks that are not frozen take a new clip');
            }
            if (args.length !== 1 || typeof args[0] !== 'number' || !(args[0] > 0)) {
                refuse('create_clip: a length over 0 is needed, not ' + args[0]);
            }
            edit('create_clip', slot);
            slot.single.clip = make_clip(slot, {length: args[0]});
            return null;
        },
        delete_clip: function (slot) {
            if (!slot.single.clip) {
                refuse('delete_clip: the slot is empty');
            }
            edit('delete_clip', slot);
            drop_clip(slot);
        },
        create_scene: function (its, args) {
            var at = args[0];
            if (typeof at !== 'number' || at < -1 || at > song.lists.scenes.length) {
                refuse('create_scene: index ' + at + ' is out of range');
            }
            edit('create_scene', its);
            return insert_scene(at < 0 ? song.lists.scenes.length : at);
        },
        fire: function () {
            return null;
        },
        stop: function () {
            return null;
        },
        get_version_string: function () {
            return application.values.version;
        },
        get_major_version: function () {
            return Number(application.values.version.split('.')[0]);
        },
        get_minor_version: function () {
            return Number(application.values.version.split('.')[1]);
        },
        get_bugfix_version: function () {
            return 0;
        }
    };

    function insert_scene(at) {
        var scene = make('Scene', song, {name: '', color: 0, color_index: 0});
        song.lists.scenes.splice(at, 0, scene);
        song.lists.tracks.forEach(function (track) {
            track.lists.clip_slots.splice(at, 0, make_slot(track, null));
        });
        return ['id', scene.id];
    }

    // ---- properties ----

    function value_of(object, name) {
        var values = object.values;
        switch (object.type + '.' + name) {
        case 'Clip.length':
            return values.looping ? values.loop_end - values.loop_start : values.end_marker - values.start_marker;
        case 'Clip.loop_start':
        case 'Clip.position':
            return values.looping ? values.loop_start : values.start_marker;
        case 'Clip.loop_end':
            return values.looping ? values.loop_end : values.end_marker;
        case 'ClipSlot.has_clip':
            return object.single.clip ? 1 : 0;
        case 'Scene.is_empty':
            return scene_slots(object).some(function (slot) {
                return slot.single.clip;
            }) ? 0 : 1;
        case 'Song.can_undo':
            return steps.length ? 1 : 0;
        default:
            return values[name];
        }
    }

    function write(object, name, value) {
        var values = object.values;
        var first = typeof value === 'number' ? value : String(value);
        var numeric = typeof values[name] === 'number';
        if (numeric && (typeof first !== 'number' || !isFinite(first))) {
            refuse('set ' + name + ': a number is needed, not ' + value);
        }
        if (object.type === 'Clip' && !values.looping && (name === 'loop_start' || name === 'loop_end')) {
            name = name === 'loop_start' ? 'start_marker' : 'end_marker';
        }
        if (object.type === 'Clip') {
            check_span(name, first, values);
        }
        if (name.slice(0, 10) === 'signature_' && (Math.floor(first) !== first || first < 1 || first > 99)) {
            refuse('set ' + name + ': ' + first + ' is out of range');
        }
        edit('set ' + name, object);
        values[name] = first;
    }

    function check_span(name, value, values) {
        var pairs = {
            loop_start: ['loop_end', 1], loop_end: ['loop_start', -1], start_marker: ['end_marker', 1], end_marker: ['start_marker', -1]
        };
        if (pairs[name] && (values[pairs[name][0]] - value) * pairs[name][1] <= 0) {
            refuse('set ' + name + ': ' + value + ' is not on its side of ' + pairs[name][0] + ' ' + values[pairs[name][0]]);
        }
    }

    function ids(list) {
        var out = [];
        list.forEach(function (object) {
            out.push('id', object ? object.id : 0);
        });
        return out;
    }

    function read(object, name) {
        var model = MODEL[object.type];
        if (name === 'canonical_parent') {
            return ids([object.parent]);
        }
        if (object.type === 'Scene' && name === 'clip_slots') {
            return ids(scene_slots(object));
        }
        if (has(model.l, name)) {
            return ids(object.lists[name] || []);
        }
        if (has(model.c, name)) {
            return ids([alive(object.single[name])]);
        }
        if (has(model.r, name) || has(model.w, name)) {
            return [value_of(object, name)];
        }
        return refuse('get ' + name + ': a ' + object.type + ' has no such property');
    }

    // ---- LiveAPI ----

    function LiveAPI() {
        var given = Array.prototype.slice.call(arguments);
        if (!stage.ready()) {
            refuse('LiveAPI: not before live.thisdevice has said that the device is ready');
        }
        if (given[0] === global.patcher) {
            given.shift();
        }
        this._callback = typeof given[0] === 'function' ? given.shift() : (given[0] === null || given[0] === undefined ? given.shift() : null);
        this._object = null;
        this._path = '';
        this._property = '';
        this._mode = 0;
        observers.push(this);
        if (given[0] !== undefined) {
            this._point(typeof given[0] === 'number' ? 'id ' + given[0] : String([].concat(given[0]).join(' ')));
        }
    }

    LiveAPI.prototype = {
        _point: function (path) {
            this._path = path;
            this._object = find(path);
            this._tell(['id', this._object ? this._object.id : 0]);
            this._begin();
        },
        _live: function (what) {
            var object = this._mode ? find(this._path) : alive(this._object);
            if (!object) {
                refuse(what + ': called on id 0 (' + this._path + ')');
            }
            return object;
        },
        _tell: function (args) {
            var callback = this._callback;
            if (callback) {
                stage.guarded(function () {
                    callback.call(global, args);
                }, 'LiveAPI callback ' + args.join(' '));
            }
        },
        _begin: function () {
            if (this._property && this._object) {
                this._tell(this._now());
            }
        },
        _now: function () {
            return [this._property].concat(this._property === 'notes' ? ['bang'] : read(this._object, this._property));
        },
        goto: function (path) {
            this._point(String([].concat(path).join(' ')));
        },
        get: function (name) {
            return read(this._live('get ' + name), name);
        },
        getstring: function (name) {
            return this.get(name).join(' ');
        },
        getcount: function (name) {
            var object = this._live('getcount ' + name);
            if (!has(MODEL[object.type].l, name)) {
                refuse('getcount ' + name + ': a ' + object.type + ' has no such list');
            }
            return object.type === 'Scene' ? scene_slots(object).length : (object.lists[name] || []).length;
        },
        set: function (name) {
            var object = this._live('set ' + name);
            var args = Array.prototype.slice.call(arguments, 1);
            var value = args.length === 1 && Object.prototype.toString.call(args[0]) === '[object Array]' ? args[0] : args;
            calls.push('set ' + name);
            if (value.length === 0 || value[0] === undefined || value[0] === null || value[0] !== value[0]) {
                refuse('set ' + name + ': nothing is given');
            }
            if (object.type === 'Song.View' && has(MODEL[object.type].c, name)) {
                select(name, objects[value[value.length - 1]]);
                return;
            }
            if (!has(MODEL[object.type].w, name)) {
                refuse('set ' + name + ': a ' + object.type + ' has no such property that can be set');
            }
            write(object, name, value.length > 1 ? value.join(' ') : value[0]);
            changed(object, name);
        },
        call: function (name) {
            var object = this._live('call ' + name);
            var args = Array.prototype.slice.call(arguments, 1);
            var result;
            calls.push(name);
            if (object === song && (name === 'begin_undo_step' || name === 'end_undo_step')) {
                return this._undo(name);
            }
            if (!has(MODEL[object.type].f, name)) {
                refuse('call ' + name + ': a ' + object.type + ' has no such function');
            }
            if (object.type === 'Clip' && name.indexOf('notes') >= 0 && !object.values.is_midi_clip) {
                refuse('call ' + name + ': for MIDI clips only');
            }
            if (!FUNCTIONS[name]) {
                refuse('call ' + name + ': the stand-in does not know how');
            }
            if (denied[name]) {
                // What Live cannot do for reasons of its own it prints, and gives back nothing.
                return null;
            }
            result = FUNCTIONS[name](object, args);
            if (name === 'add_new_notes' || name === 'remove_notes_extended') {
                changed(object, 'notes');
            } else if (name === 'create_clip' || name === 'delete_clip') {
                changed(object, 'has_clip');
            } else if (name === 'create_scene') {
                changed(object, 'scenes');
            }
            return result;
        },
        _undo: function (name) {
            // No document lists them; a Set that has none throws, and a script that tries them is not to blame.
            if (!groups_undo) {
                throw new Error('call ' + name + ': a Song has no such function');
            }
            if (name === 'begin_undo_step') {
                begin_step();
            } else {
                end_step();
            }
            return null;
        }
    };

    function member(name, getter, setter) {
        Object.defineProperty(LiveAPI.prototype, name, {get: getter, set: setter || function () {
            refuse('LiveAPI: ' + name + ' cannot be set');
        }});
    }

    member('id', function () {
        var object = this._mode ? find(this._path) : alive(this._object);
        return String(object ? object.id : 0);
    }, function (value) {
        this._point('id ' + String([].concat(value).join(' ')).replace('id ', ''));
    });
    member('path', function () {
        var object = alive(this._object);
        return '"' + (object ? path_of(object) : '') + '"';
    }, function (value) {
        this._point(String(value));
    });
    member('unquotedpath', function () {
        return this.path.replace(/"/g, '');
    });
    member('type', function () {
        return alive(this._object) ? this._object.type : 'LiveAPI';
    });
    member('info', function () {
        var object = this._mode ? find(this._path) : alive(this._object);
        var model;
        var lines;
        if (!object) {
            return 'No object';
        }
        function say(kind, list) {
            (list || '').split(' ').filter(Boolean).forEach(function (name) {
                lines.push(kind + ' ' + name);
            });
        }
        model = MODEL[object.type];
        lines = ['id ' + object.id, 'type ' + object.type];
        say('child', model.c);
        say('children', model.l);
        say('property', model.r);
        say('property', model.w);
        say('function', model.f);
        if (object === song && groups_undo) {
            say('function', 'begin_undo_step end_undo_step');
        }
        return lines.concat('done').join('\n');
    });
    member('children', function () {
        var model = MODEL[this._live('children').type];
        return ((model.c || '') + ' ' + (model.l || '')).split(' ').filter(Boolean);
    });
    member('mode', function () {
        return this._mode;
    }, function (value) {
        this._mode = value;
    });
    member('property', function () {
        return this._property;
    }, function (name) {
        if (name && this._object && !has(MODEL[this._object.type].o, name)) {
            refuse('observe ' + name + ': a ' + this._object.type + ' has no such property that can be observed');
        }
        this._property = name || '';
        this._begin();
    });

    // ---- changes, and who is told ----

    function changed(object, name) {
        notifying += 1;
        observers.slice().forEach(function (one) {
            if (one._property === name && alive(one._object) === object) {
                one._tell(one._now());
            }
        });
        notifying -= 1;
    }

    function select(name, object) {
        var view = song.single.view;
        if (!view.single.hasOwnProperty(name)) {
            refuse('set ' + name + ': not of the view');
        }
        view.single[name] = object || null;
        if (has(MODEL['Song.View'].o, name)) {
            changed(view, name);
        }
    }

    function bury(object) {
        object.alive = false;
        Object.keys(object.lists).forEach(function (name) {
            object.lists[name].forEach(bury);
        });
        Object.keys(object.single).forEach(function (name) {
            if (object.single[name] && object.single[name].parent === object) {
                bury(object.single[name]);
            }
        });
        observers.forEach(function (one) {
            if (one._object === object && !one._mode) {
                notifying += 1;
                one._tell(['id', 0]);
                notifying -= 1;
            }
        });
    }

    function drop_clip(slot) {
        var clip = slot.single.clip;
        var view = song.single.view;
        slot.single.clip = null;
        bury(clip);
        if (view.single.detail_clip === clip) {
            select('detail_clip', null);
        }
    }

    // ---- what a player does in Live, and what a test looks at ----

    function slot_at(track, row) {
        return song.lists.tracks[track].lists.clip_slots[row];
    }

    function clip_at(track, row) {
        return slot_at(track, row).single.clip;
    }

    var PLAYER = {
        build: build,
        select_clip: function (track, row) {
            select('selected_track', song.lists.tracks[track]);
            select('selected_scene', song.lists.scenes[row]);
            select('highlighted_clip_slot', slot_at(track, row));
            select('detail_clip', clip_at(track, row));
        },
        select_arrangement_clip: function (track, place) {
            select('highlighted_clip_slot', null);
            select('detail_clip', song.lists.tracks[track].lists.arrangement_clips[place]);
        },
        // The slot alone: the detail view shows no clip.
        highlight_slot: function (track, row) {
            select('selected_track', song.lists.tracks[track]);
            select('highlighted_clip_slot', slot_at(track, row));
            select('detail_clip', null);
        },
        select_nothing: function () {
            select('highlighted_clip_slot', null);
            select('detail_clip', null);
        },
        put_clip: function (track, row, plan) {
            var slot = slot_at(track, row);
            slot.single.clip = make_clip(slot, plan);
            changed(slot, 'has_clip');
        },
        delete_clip: function (track, row) {
            drop_clip(slot_at(track, row));
            changed(slot_at(track, row), 'has_clip');
        },
        delete_track: function (at) {
            var track = song.lists.tracks.splice(at, 1)[0];
            song.single.view.single.detail_clip = null;
            song.single.view.single.highlighted_clip_slot = null;
            bury(track);
            changed(song, 'tracks');
            select('selected_track', song.lists.tracks[0]);
            select('detail_clip', null);
        },
        delete_scene: function (at) {
            song.lists.scenes.splice(at, 1).forEach(bury);
            song.lists.tracks.forEach(function (track) {
                track.lists.clip_slots.splice(at, 1).forEach(bury);
            });
            changed(song, 'scenes');
        },
        edit_notes: function (track, row, notes) {
            var clip = clip_at(track, row);
            clip.notes = [];
            notes.forEach(function (note) {
                put_note(clip, note);
            });
            changed(clip, 'notes');
        },
        select_notes: function (track, row, from, to) {
            clip_at(track, row).selected = [from, to];
        },
        set_clip: function (track, row, name, value) {
            var clip = clip_at(track, row);
            clip.values[name] = value;
            changed(clip, name);
        },
        set_song: function (name, value) {
            song.values[name] = value;
            changed(song, name);
        },
        clip: function (track, row) {
            return clip_told(clip_at(track, row));
        },
        grid: function () {
            return song.lists.tracks.map(function (track) {
                return track.lists.clip_slots.map(function (slot) {
                    return slot.single.clip ? slot.single.clip.values.name : null;
                });
            });
        },
        deny: function (name) {
            denied[name] = true;
        },
        // Live's transport goes on, where it runs.
        go_on: function (ms) {
            if (song.values.is_playing) {
                song.values.current_song_time += ms * song.values.tempo / 60000;
            }
        },
        num_scenes: function () {
            return song.lists.scenes.length;
        },
        song: function () {
            return song.values;
        },
        steps: function () {
            return steps;
        },
        calls: function () {
            return calls;
        },
        open_step: function () {
            return open_step !== null;
        },
        num_observers: function () {
            return observers.filter(function (one) {
                return one._property;
            }).length;
        },
        num_objects: function () {
            return observers.length;
        }
    };

    function clip_told(clip) {
        var out;
        if (!clip) {
            return null;
        }
        out = JSON.parse(JSON.stringify(clip.values));
        out.length = value_of(clip, 'length');
        out.notes = JSON.parse(told(clip.notes)).notes;
        return out;
    }

    stage.live = function (name, args) {
        var result = PLAYER[name].apply(null, args);
        return JSON.stringify(result === undefined ? null : result);
    };
    return LiveAPI;
}(stage, this));
