// The phone's screen.  Texts are hostile: they are shown as text, never as markup.
const element = (id) => document.getElementById(id);
const PAUSE = 700;
let shown = '';
let others = '';
let last = 0;

const time = (date) => date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });

const bubble = ({ text, at, mine, flash }) => {
    const item = document.createElement('li');
    item.className = `${mine ? 'mine' : 'theirs'}${flash ? ' flash' : ''}`;
    const words = document.createElement('p');
    words.textContent = text;
    const when = document.createElement('small');
    when.textContent = flash ? `flash, ${time(new Date(at * 1000))}` : time(new Date(at * 1000));
    item.append(words, when);
    return item;
};

const name = (state, number) => state.names[number] ?? number;

const offer = (state) => {
    const found = [...new Set([...state.others, ...state.texts.map((text) => text.other)])];
    if (found.join() === others) return;
    others = found.join();
    const select = element('other');
    const before = select.value;
    select.replaceChildren(...found.map((number) => new Option(name(state, number), number)));
    if (found.includes(before)) select.value = before;
};

// A new text brings its conversation to the front.
const turn = (newest) => {
    if (newest && newest.id > last && !newest.mine) element('other').value = newest.other;
    last = newest?.id ?? 0;
};

const show = (state) => {
    element('number').textContent = name(state, state.number);
    element('operator').textContent = state.operator;
    element('clock').textContent = time(new Date());
    offer(state);
    turn(state.texts.at(-1));
    const other = element('other').value;
    const texts = state.texts.filter((text) => text.other === other);
    const now = `${other} ${texts.map((text) => text.id)}`;
    if (now === shown) return;
    shown = now;
    const list = element('texts');
    list.replaceChildren(...texts.map(bubble));
    list.scrollTop = list.scrollHeight;
};

const ask = async (options) => {
    const answer = await fetch('texts', options);
    const state = await answer.json();
    if (!answer.ok) throw new Error(state.error);
    show(state);
};

const guarded = async (work) => {
    try {
        await work();
        element('problem').textContent = '';
    } catch (problem) {
        element('problem').textContent = problem instanceof TypeError ? 'The simulator does not answer.' : problem.message;
    }
};

const send = () => guarded(async () => {
    const words = element('words');
    if (!words.value.trim()) return;
    await ask({
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ to: element('other').value, text: words.value }),
    });
    words.value = '';
});

element('writing').addEventListener('submit', (event) => {
    event.preventDefault();
    send();
});
element('words').addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
});
element('other').addEventListener('change', () => guarded(() => ask()));

const watch = async () => {
    await guarded(() => ask());
    setTimeout(watch, PAUSE);
};
watch();
