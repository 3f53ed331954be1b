-- A Prosody for tests and trials on one machine; not an example for a server on the Internet.
local here = "$folder"
run_as_root = true
data_path = here .. "/data"
pidfile = here .. "/prosody.pid"
certificates = here .. "/certs"
log = { info = here .. "/prosody.log" }
interfaces = { "127.0.0.1" }
c2s_ports = { $c2s_port }
c2s_direct_tls_ports = {}
s2s_ports = {}
http_ports = { $http_port }
http_interfaces = { "127.0.0.1" }
http_default_host = "localhost"
http_external_url = "http://127.0.0.1:$http_port/"
https_ports = {}
component_ports = { $component_port }
component_interface = "127.0.0.1"
consider_bosh_secure = true
consider_websocket_secure = true
cross_domain_websocket = true
c2s_require_encryption = false
modules_disabled = { "s2s" }
modules_enabled = {
    "roster"; "saslauth"; "tls"; "disco"; "carbons"; "pep"; "private"; "blocklist"; "vcard4"; "vcard_legacy";
    "ping"; "register"; "mam"; "smacks"; "bosh"; "websocket"; "http_files"; "posix";
}
allow_registration = false
authentication = "internal_hashed"
storage = "internal"
http_paths = { files = "/"; }
http_files_dir = "$www"
VirtualHost "localhost"
Component "$component_domain"
    component_secret = "$secret"
