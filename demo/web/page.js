// The buttons of the demo's page; the chat client is in the frame below them, and a phone beside it.
const element = (id) => document.getElementById(id);
const tell = (text) => { element('status').textContent = text; };

window.loaded = (chat, settings) => {
    element('sign-in').disabled = false;
    tell('Romeo is one click away.');
    showPhone(settings.phone);
    element('sign-in').onclick = () => {
        tell('Signing in ...');
        chat.api.user.login(settings.jid, settings.password);
    };
};

window.signedIn = (chat, settings) => {
    element('sign-in').disabled = true;
    element('join').disabled = element('register').disabled = element('text').disabled = false;
    tell(`Signed in as ${settings.jid}`);
    element('join').onclick = () => chat.api.rooms.open(settings.room, { nick: settings.nick }, true);
    element('text').onclick = () => chat.api.chats.open(settings.phone.jid, {}, true);
    element('register').onclick = () => register(chat, settings).catch((problem) => tell(problem.message));
};

// The phone is served by the simulator of the mobile network.
const showPhone = (phone) => {
    if (!phone) return;
    element('phone').src = phone.page;
    element('phone').hidden = element('text').hidden = false;
};

// The first element that fits, as soon as there is one.
const find = async (chat, selector, text = /./s) => {
    for (let tries = 0; tries < 200; tries++) {
        const fitting = [...chat.document.querySelectorAll(selector)].find((e) => e.tagName === 'INPUT' || text.test(e.textContent));
        if (fitting) return fitting;
        await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error(`The chat client shows no ${selector}.`);
};

// Settings > Commands > the gateway's "register", which is converse.js's way to register with a gateway.
const register = async (chat, settings) => {
    chat.api.modal.show('converse-user-settings-modal', {}, new Event('click'));
    (await find(chat, 'converse-user-settings-modal .nav-link', /command/i)).click();
    (await find(chat, 'converse-adhoc-commands input[name=jid]')).value = settings.gateway;
    (await find(chat, 'converse-adhoc-commands form [type=submit]')).click();
    (await find(chat, 'converse-adhoc-commands a[data-command-node="register"]')).click();
};
