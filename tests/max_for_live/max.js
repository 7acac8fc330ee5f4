// A stand-in for what Max gives to a `js` object, as its JavaScript reference documents it, and for the boxes of the
// patch that answer the script at once: controls that say their value, and the storage that the Live Set keeps.
// The language is held to ES5: whatever the engine offers beyond it is taken away.
// All that a test drives hangs on the one name `stage`; the device's script must not know it.

var stage = (function (global) {
    var ES5 = {
        global: 'Array Boolean Date Error EvalError Function Infinity JSON Math NaN Number Object RangeError' +
            ' ReferenceError RegExp String SyntaxError TypeError URIError decodeURI decodeURIComponent encodeURI' +
            ' encodeURIComponent escape eval isFinite isNaN parseFloat parseInt undefined unescape dukpy stage LiveAPI',
        Object: 'length name prototype create getPrototypeOf defineProperty defineProperties getOwnPropertyNames' +
            ' getOwnPropertyDescriptor keys isExtensible preventExtensions seal freeze isSealed isFrozen',
        Array: 'length name prototype isArray',
        ArrayPrototype: 'constructor length concat every some forEach map filter reduce reduceRight indexOf lastIndexOf' +
            ' join toString toLocaleString pop push shift unshift reverse slice sort splice',
        StringPrototype: 'constructor length charAt charCodeAt concat indexOf lastIndexOf localeCompare match replace' +
            ' search slice split substr substring toLocaleLowerCase toLocaleUpperCase toLowerCase toString' +
            ' toUpperCase trim valueOf',
        String: 'length name prototype fromCharCode',
        Number: 'length name prototype MAX_VALUE MIN_VALUE NaN NEGATIVE_INFINITY POSITIVE_INFINITY',
        Math: 'abs acos asin atan atan2 ceil cos exp floor log max min pow random round sin sqrt tan' +
            ' E LN10 LN2 LOG2E LOG10E PI SQRT1_2 SQRT2'
    };
    var MAX_ATOMS = 32767;
    var MAX_LETTERS = 32767;
    var INT32 = 2147483647;
    var EPOCH_MS = 1700000000000;
    var DEFAULT_INTERVAL_MS = 500;

    var clock_ms = 0;
    var tasks = [];
    var faults = [];
    var posted = [];
    var sent = [];
    var symbols = {};
    var controls = {};
    var shown = {};
    var kept = {};
    var empty = null;
    var dicts = {};
    var nameless = 0;
    var ready = false;
    var depth = 0;
    var before = {};

    // ---- what the console of Max would say ----

    function words(list) {
        var out = [];
        var i;
        for (i = 0; i < list.length; i += 1) {
            out.push(String(list[i]));
        }
        return out.join(' ');
    }

    function fault(text) {
        faults.push(String(text));
    }

    function guarded(work, what) {
        depth += 1;
        try {
            return work();
        } catch (problem) {
            fault(what + ': ' + problem + (problem && problem.stack ? '\n' + problem.stack : ''));
            return undefined;
        } finally {
            depth -= 1;
        }
    }

    // ---- atoms ----

    function atom(value, where) {
        if (typeof value === 'string') {
            if (value.length > MAX_LETTERS) {
                throw new Error(where + ': a symbol of ' + value.length + ' letters');
            }
            symbols[value] = true;
            return ['s', value];
        }
        if (typeof value === 'number' && isFinite(value)) {
            return [Math.floor(value) === value ? 'i' : 'f', value];
        }
        throw new Error(where + ': ' + (value === null ? 'null' : typeof value) + ' ' + value + ' is no atom');
    }

    function atoms(values, where) {
        var flat = [];
        var i;
        var j;
        for (i = 0; i < values.length; i += 1) {
            if (Object.prototype.toString.call(values[i]) === '[object Array]') {
                for (j = 0; j < values[i].length; j += 1) {
                    flat.push(atom(values[i][j], where));
                }
            } else {
                flat.push(atom(values[i], where));
            }
        }
        if (flat.length === 0) {
            throw new Error(where + ': nothing is sent');
        }
        if (flat.length > MAX_ATOMS) {
            throw new Error(where + ': a list of ' + flat.length + ' atoms');
        }
        return flat;
    }

    function bare(list) {
        return list.map(function (one) {
            return one[1];
        });
    }

    // ---- the patch behind outlets 2 and 3: boxes answer before outlet() returns, as cords do ----

    function show(list) {
        var name = list[0];
        var message = list.slice(1);
        if (typeof name !== 'string' || message.length === 0) {
            throw new Error('show: ' + words(list) + ' names no box, or says nothing to it');
        }
        shown[name] = shown[name] || {};
        if (message[0] === 'outputvalue' || message[0] === 'bang') {
            // A toggle that is banged goes over.
            if (message[0] === 'bang' && controls[name] && controls[name].is_toggle) {
                controls[name].value = 1 - controls[name].value;
            }
            say(name);
            return;
        }
        if (typeof message[0] !== 'string') {
            throw new Error('show: ' + name + ' is told ' + words(message) + ', which would move it and make undo steps');
        }
        if (message[0] === 'set' && controls.hasOwnProperty(name)) {
            controls[name].value = message[1];
        }
        shown[name][message[0]] = message.slice(1);
        sent.push([2, [['s', name]].concat(message.map(function (value) {
            return atom(value, 'show');
        }))]);
    }

    function say(name) {
        var control = controls[name];
        if (!control) {
            throw new Error('show: ' + name + ' is no control, and has no value to say');
        }
        if (control.address) {
            sent.push(['native', control.address.concat([control.is_float ? ['f', control.value] : atom(control.value, name)])]);
        }
        if (control.told) {
            deliver('param', [name, control.value]);
        }
    }

    function keep(list) {
        var name = list[0];
        if (['clip_1', 'clip_2', 'clip_3', 'clip_4', 'clip_5', 'clip_6', 'clip_7', 'clip_8', 'stage'].indexOf(name) < 0) {
            throw new Error('keep: there is no storage named ' + name);
        }
        if (list.length === 2 && list[1] === 'bang') {
            sayMessage(kept[name] && kept[name].length ? kept[name] : empty);
            return;
        }
        kept[name] = list.slice(1);
    }

    // A pattr keeps any message, and says just that; an empty one may say nothing, a bang, or 0.
    function sayMessage(message) {
        if (!message || message.length === 0) {
            return;
        }
        if (typeof message[0] === 'string') {
            deliver(message[0], message.slice(1));
        } else if (message.length === 1) {
            deliver('msg_int', message);
        } else {
            deliver('list', message);
        }
    }

    function outlet(number) {
        var where = 'outlet ' + number;
        var list;
        if (!ready && depth === 0) {
            throw new Error(where + ': nothing may be sent in global code');
        }
        if (!(number >= 0 && number < global.outlets)) {
            throw new Error(where + ' is not there');
        }
        list = atoms(Array.prototype.slice.call(arguments, 1), where);
        if (number === 2) {
            show(bare(list));
        } else if (number === 3) {
            keep(bare(list));
            sent.push([number, list]);
        } else {
            sent.push([number, list]);
        }
    }

    // ---- messages into the script ----

    function handler(name) {
        var found = Object.prototype.hasOwnProperty.call(global, name) && !before[name] ? global[name] : undefined;
        return typeof found === 'function' && !found.local ? found : undefined;
    }

    function deliver(selector, args) {
        var found = handler(selector);
        global.inlet = 0;
        global.messagename = selector;
        if (!found) {
            found = handler('anything');
        }
        if (!found) {
            fault('js: no function ' + selector);
            return;
        }
        if (selector === 'start') {
            ready = true;
        }
        guarded(function () {
            found.apply(global, args);
        }, selector + ' ' + words(args).slice(0, 200));
    }

    // ---- Task ----

    function Task(work, object, args) {
        this.function = work;
        this.object = object;
        this.arguments = args === undefined ? [] : [].concat(args);
        this.interval = DEFAULT_INTERVAL_MS;
        this.running = 0;
        this.iterations = 0;
        this._due_ms = null;
        this._left = 0;
    }

    Task.prototype.schedule = function (delay_ms) {
        this._plan(delay_ms === undefined ? 0 : delay_ms, 1);
    };

    Task.prototype.repeat = function (number, initial_delay_ms) {
        this._plan(initial_delay_ms === undefined ? this.interval : initial_delay_ms,
            number === undefined || number < 0 ? Infinity : number);
    };

    Task.prototype.execute = function () {
        this.iterations += 1;
        this.function.task = this;
        this.function.apply(this.object || global, this.arguments);
    };

    Task.prototype.cancel = function () {
        this._due_ms = null;
        this.running = 0;
        tasks = tasks.filter(function (task) {
            return task !== this;
        }, this);
    };

    Task.prototype.freepeer = Task.prototype.cancel;

    Task.prototype._plan = function (delay_ms, times) {
        if (typeof delay_ms !== 'number' || !isFinite(delay_ms) || delay_ms < 0) {
            throw new Error('Task: a delay of ' + delay_ms + ' ms');
        }
        if (typeof this.function !== 'function') {
            throw new Error('Task: its first argument is no function');
        }
        this.cancel();
        this._due_ms = clock_ms + delay_ms;
        this._left = times;
        this.iterations = 0;
        this.running = 1;
        tasks.push(this);
    };

    function next_due(until_ms) {
        var found = null;
        tasks.forEach(function (task) {
            if (task._due_ms <= until_ms && (!found || task._due_ms < found._due_ms)) {
                found = task;
            }
        });
        return found;
    }

    function run_task(task) {
        clock_ms = Math.max(clock_ms, task._due_ms);
        task._left -= 1;
        if (task._left > 0) {
            task._due_ms += Math.max(1, task.interval);
        } else {
            task.cancel();
        }
        guarded(function () {
            task.execute();
        }, 'Task');
    }

    function advance(ms) {
        var until_ms = clock_ms + ms;
        var task = next_due(until_ms);
        var budget = 100000;
        while (task) {
            budget -= 1;
            if (budget < 0) {
                fault('Task: a task that never ends');
                return;
            }
            run_task(task);
            task = next_due(until_ms);
        }
        clock_ms = until_ms;
    }

    // ---- the clock of the day ----

    var RealDate = global.Date;

    function ClockDate() {
        if (arguments.length) {
            return new (Function.prototype.bind.apply(RealDate, [null].concat(Array.prototype.slice.call(arguments))))();
        }
        return new RealDate(EPOCH_MS + Math.floor(clock_ms));
    }

    ClockDate.prototype = RealDate.prototype;
    ClockDate.UTC = RealDate.UTC;
    ClockDate.parse = RealDate.parse;
    ClockDate.now = function () {
        return EPOCH_MS + Math.floor(clock_ms);
    };

    // ---- Dict ----

    function Dict(name) {
        if (name === undefined) {
            nameless += 1;
            name = 'u' + nameless;
        }
        this.name = name;
        dicts[name] = dicts[name] || {};
    }

    Dict.prototype = {
        get: function (key) {
            var value = dicts[this.name][key];
            return value === undefined ? null : value;
        },
        set: function (key) {
            dicts[this.name][key] = arguments.length === 2 ? arguments[1] : Array.prototype.slice.call(arguments, 1);
        },
        contains: function (key) {
            return dicts[this.name].hasOwnProperty(key) ? 1 : 0;
        },
        clear: function () {
            dicts[this.name] = {};
        },
        getkeys: function () {
            var keys = Object.keys(dicts[this.name]);
            return keys.length ? keys : null;
        },
        parse: function (text) {
            dicts[this.name] = JSON.parse(text);
        },
        stringify: function () {
            return JSON.stringify(dicts[this.name], null, 1);
        },
        clone: function (name) {
            dicts[name] = JSON.parse(JSON.stringify(dicts[this.name]));
        },
        freepeer: function () {
            delete dicts[this.name];
        }
    };

    // ---- the rest of Max's globals ----

    function arrayfromargs() {
        var out = [];
        var i;
        for (i = 0; i < arguments.length; i += 1) {
            if (arguments[i] && typeof arguments[i] === 'object') {
                out = out.concat(Array.prototype.slice.call(arguments[i]));
            } else {
                out.push(arguments[i]);
            }
        }
        return out;
    }

    function nothing() {
        return undefined;
    }

    function only(object, names) {
        Object.getOwnPropertyNames(object).forEach(function (name) {
            if ((' ' + names + ' ').indexOf(' ' + name + ' ') < 0) {
                try {
                    delete object[name];
                } catch (ignored) {
                    object[name] = undefined;
                }
            }
        });
    }

    function language() {
        only(global.Array.prototype, ES5.ArrayPrototype);
        only(global.String.prototype, ES5.StringPrototype);
        ['Object', 'Array', 'String', 'Number', 'Math'].forEach(function (name) {
            only(global[name], ES5[name]);
        });
        only(global, ES5.global);
    }

    function open(options) {
        language();
        global.Date = ClockDate;
        global.inlets = 1;
        global.outlets = 1;
        global.autowatch = 0;
        global.inlet = 0;
        global.messagename = '';
        global.jsarguments = ['latent_bridge.js'].concat(options.jsarguments || []);
        global.max = {apptype: 'runtime', version: '0900', os: 'macintosh', isruntime: 1};
        Object.defineProperty(global.max, 'time', {get: function () {
            return clock_ms;
        }});
        if (!options.is_old) {
            global.max.getcolor = function (name) {
                return name === 'live_surface_bg' ? [0.2, 0.2, 0.2, 1] : [0.9, 0.9, 0.9, 1];
            };
        }
        global.patcher = {name: 'LatentBridge', box: {}, filepath: ''};
        global.box = {rect: [0, 0, 100, 22]};
        global.post = function () {
            posted.push(words(arguments));
        };
        global.cpost = global.post;
        global.error = function () {
            fault('error: ' + words(arguments));
        };
        global.outlet = outlet;
        global.arrayfromargs = arrayfromargs;
        global.Task = Task;
        global.Dict = Dict;
        global.setinletassist = nothing;
        global.setoutletassist = nothing;
        global.notifyclients = nothing;
        controls = options.controls;
        kept = options.kept || {};
        empty = options.empty;
        Object.getOwnPropertyNames(global).forEach(function (name) {
            before[name] = true;
        });
    }

    return {
        open: open,
        deliver: deliver,
        advance: advance,
        fault: fault,
        guarded: guarded,
        ready: function () {
            return ready;
        },
        move: function (name, value) {
            controls[name].value = value;
            guarded(function () {
                say(name);
            }, name);
        },
        has: function (name) {
            return Boolean(handler(name));
        },
        // Names that the script made its own.
        made: function () {
            return Object.getOwnPropertyNames(global).filter(function (name) {
                return !before[name] && !/^(_dukpy|call_python$|dukpy$)/.test(name);
            });
        },
        int32: INT32,
        tasks: function () {
            return tasks.length;
        },
        report: function () {
            var told = {sent: sent, faults: faults, posted: posted, clock_ms: clock_ms};
            sent = [];
            faults = [];
            posted = [];
            return JSON.stringify(told);
        },
        look: function () {
            var values = {};
            Object.keys(controls).forEach(function (name) {
                values[name] = controls[name].value;
            });
            return JSON.stringify({shown: shown, kept: kept, controls: values, symbols: Object.keys(symbols)});
        }
    };
}(this));
