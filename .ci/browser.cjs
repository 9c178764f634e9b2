// Opens the pages of a directory as people do, and fails where something is not as they expect.
"use strict";
const assert = require("node:assert");
const { launch } = require("puppeteer-core");

const directory = process.argv[2];

async function look(browser, name, scheme) {
  const page = await browser.newPage();
  const faults = [], asked = [];
  page.on("console", (message) => ["error", "warn"].includes(message.type()) && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("request", (request) => asked.push(request.url()));
  await page.setViewport({ width: 1400, height: 860 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  const start = Date.now();
  await page.goto(`file://${directory}/${name}.html`);
  assert(Date.now() - start < 5000, "the page is slow");
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  const texts = (selector) => page.$$eval(selector, (all) => all.map((one) => one.textContent));
  assert.equal(await theme(), scheme);
  assert((await page.$$(".row")).length < 100, "rows that nobody sees are drawn");

  // A click on a share shows its way.
  const share = await page.$(".cell .shares span");
  await share.click();
  const way = await texts("#way li");
  assert(way.length > 2 && way.at(-1).startsWith("pods of"), way.join("\n"));
  await page.screenshot({ path: `${directory}/${name}-${scheme}.png` });

  // What is down changes the answer.
  const outages = await page.$$eval("#while option", (all) => all.map((one) => one.value).filter(Boolean));
  assert(outages.length > 0);
  await page.select("#while", outages[0]);
  assert((await texts(".command"))[0].includes("--down"));

  // Keys.
  await page.focus("#rows");
  const before = (await texts("#detail h2"))[0];
  await page.keyboard.press("ArrowDown");
  assert.notEqual((await texts("#detail h2"))[0], before);
  await page.keyboard.press("t");
  assert.notEqual(await theme(), scheme);
  await page.keyboard.press("/");
  await page.keyboard.type("no such service");
  assert.match((await texts("#found"))[0], /^0 of/);
  for (const tab of ["clusters", "findings"]) {
    await page.click(`#tab-${tab}`);
    await page.screenshot({ path: `${directory}/${name}-${scheme}-${tab}.png` });
  }
  assert.deepEqual(faults, []);
  assert.equal(asked.length, 1, `it asks for ${asked}`);
  await page.close();
  console.log(`${name} ${scheme}: ok`);
}

(async () => {
  const browser = await launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
  try {
    for (const name of ["bookinfo", "mesh"]) for (const scheme of ["light", "dark"]) await look(browser, name, scheme);
  } finally {
    await browser.close();
  }
})().catch((fault) => { console.error(fault); process.exit(1); });
