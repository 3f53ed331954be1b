// Drives Chromium for test_browser.py: a JSON request a line on standard input, an answer a line on standard output.
// Usage: node browser.mjs FOLDER-WITH-NODE_MODULES CHROMIUM PROFILE-FOLDER
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const [modules, executablePath, profile] = process.argv.slice(2);
const { chromium } = createRequire(`${modules}/`)('playwright-core');
const args = [
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
];
const viewport = { width: 1280, height: 800 };
const context = await chromium.launchPersistentContext(profile, { executablePath, args, viewport, headless: true });
// Nothing but this machine: converse.js shows pictures of its sponsors otherwise.
await context.route(/^https?:\/\/(?!localhost|127\.0\.0\.1)/, (route) => route.abort());
const page = context.pages()[0] ?? (await context.newPage());
page.setDefaultTimeout(20000);
const problems = [];
page.on('pageerror', (error) => problems.push(error.message));
const place = (request) => (request.frame ? page.frameLocator(request.frame) : page).locator(request.selector);
const fitting = (request) => (request.text ? place(request).filter({ hasText: request.text }) : place(request)).first();

const actions = {
    goto: async ({ url }) => { await page.goto(url); },
    click: async (request) => { await fitting(request).click(); },
    fill: async (request) => { await fitting(request).fill(request.value); },
    select: async (request) => { await fitting(request).selectOption(request.value); },
    press: async (request) => { await fitting(request).press(request.key); },
    wait: async (request) => { await fitting(request).waitFor({ state: request.state ?? 'visible' }); },
    text: async (request) => fitting(request).innerText(),
    texts: async (request) => place(request).allInnerTexts(),
    value: async (request) => fitting(request).inputValue(),
    shot: async ({ path }) => { await page.screenshot({ path }); },
    evaluate: async ({ code }) => page.evaluate(code),
    version: async () => context.browser()?.version() ?? 'unknown',
    problems: async () => problems,
};

for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    try {
        console.log(JSON.stringify({ result: (await actions[request.do](request)) ?? null }));
    } catch (error) {
        console.log(JSON.stringify({ error: error.message }));
    }
}
await context.close();
