// converse.js as it comes; its api goes to the page around it.
import '/node_modules/converse.js/dist/converse.min.js';

const settings = await (await fetch('settings.json')).json();

converse.plugins.add('transport-demo', {
    initialize() {
        const { api } = this._converse;
        window.api = api;
        api.listen.on('connected', () => window.parent.signedIn(window, settings));
        window.parent.loaded(window, settings);
    },
});

converse.initialize({
    view_mode: 'fullscreen',
    assets_path: '/node_modules/converse.js/dist/',
    websocket_url: settings.websocket,
    discover_connection_methods: false,
    authentication: 'login',
    auto_login: false,
    allow_registration: false,
    muc_nickname_from_jid: true,
    auto_reconnect: true,
    keepalive: false,
    loglevel: 'error',
    whitelisted_plugins: ['transport-demo'],
});
