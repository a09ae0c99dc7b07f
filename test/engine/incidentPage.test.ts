// Proves in a real browser that the page of an incident shows what the logs say: a mark for each moment of the timeline and none beside it, nothing is asked
// of a network, nothing is complained of, a hostile line of a log runs nothing, and printing gives pages with text.
// Seen to fail: with one track less in charts.ts (marks), with an image from elsewhere in the page (the policy of the page complains, and there is an element).
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Language } from '../../core/budget/formatBudget';
import { failoverPart } from '../../core/incident/format/charts';
import { renderAnalysis } from '../../core/incident/format/html';
import { WORDS } from '../../core/incident/format/words';
import type { Analysis } from '../../core/incident/incidentTypes';
import { incidentsOf } from '../../scripts/fuzzLogs';
import { edited, scenario, seed } from '../support/incidents';

const executablePath = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find((path) => existsSync(path));
/** Set by scripts/runTests.mjs where none could be installed. */
const skip =
  executablePath === undefined ? (process.env['KINGBASE_BROWSER_SKIP'] ?? 'there is no chromium here') : undefined;

const HOSTILE = `</td><script>alert("x")</script><img src="http://192.0.2.1/x.png">`;
const incidents = [
  ...incidentsOf(seed()),
  ...incidentsOf(scenario('kb-full')),
  // What stands in a log is written by anybody who can reach the host.
  ...incidentsOf(edited(scenario('killdb'), (line) => line.replace('Connection refused', HOSTILE))),
];
const analysis: Analysis = {
  ...{ version: 1, timeZone: 'Asia/Shanghai', skew: {}, omitted: 0, incidents },
  files: [{ name: 'node101/log/cluster.log', kinds: ['cluster'], node: 'node101', firstAt: 0, lastAt: 1000, lines: 7 }],
  unread: [{ file: 'node102/log/cluster.log.gz', why: HOSTILE }],
};

let folder: string;
let browser: Browser;

async function open(language: Language): Promise<{
  readonly page: Page;
  /** What it asked for, itself excepted. */
  readonly asked: readonly string[];
  readonly complained: readonly string[];
}> {
  const file = join(folder, `${language}.html`);
  writeFileSync(file, renderAnalysis(analysis, language));
  const url = pathToFileURL(file).href;
  const page = await browser.newPage();
  const [asked, complained]: [string[], string[]] = [[], []];
  page.on('request', (request) => request.url() === url || asked.push(request.url()));
  page.on('console', (message) => complained.push(message.text()));
  page.on('pageerror', (error) => complained.push(error.message));
  page.on('dialog', (dialog) => {
    complained.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(url);
  await page.waitForLoadState('networkidle');
  return { page, asked, complained };
}

const MARK = '[ecmeta_ssr_type="chart"]:not([ecmeta_silent])';
const title = `the page of incidents, in a browser${skip === undefined ? '' : ` (skipped: ${skip})`}`;

describe.skipIf(skip !== undefined)(title, () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kingbase-incident-'));
    // Root has no sandbox of its own; the page is ours.
    browser = await chromium.launch({
      ...(executablePath === undefined ? {} : { executablePath }),
      args: ['--no-sandbox'],
    });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(['en', 'zh'] as const)('loads nothing, complains of nothing, marks every moment (%s)', async (language) => {
    const { page, asked, complained } = await open(language);
    expect({ asked, complained }).toEqual({ asked: [], complained: [] });
    expect(await page.title()).toBe(WORDS[language].title);
    for (const incident of incidents) {
      const { timeline } = incident;
      const near = failoverPart(incident);
      const drawings = [near, ...(near.length === timeline.length ? [] : [timeline])].filter((one) => one.length > 0);
      const section = page.locator(`section[id="${incident.id}"]`);
      const figures = await section.locator('figure.timeline').all();
      const marks = await Promise.all(figures.map((figure) => figure.locator(MARK).count()));
      expect(marks, incident.id).toEqual(drawings.map(({ length }) => length));
      const cells = new Set(await section.locator('td').allTextContents());
      const missing = timeline.filter(({ file, line }) => !cells.has(`${file}:${line}`));
      expect(missing, incident.id).toEqual([]);
    }
    await page.close();
  });

  it('draws each mark where it can be seen, and names a row for each node', async () => {
    const { page } = await open('en');
    const sizes = await page.locator(`figure.timeline ${MARK}`).evaluateAll((marks) =>
      marks.map((mark) => {
        const { width, height } = mark.getBoundingClientRect();
        return Math.min(width, height);
      }),
    );
    expect(sizes.filter((size) => size <= 4)).toEqual([]);
    // The way back came an hour later: in the drawing of the failover it has no row, in that of all of it it has one.
    const rows = await page.locator('figure.timeline').first().locator('text').allTextContents();
    expect(rows.filter((text) => text.includes(' · ')).sort()).toEqual([
      ...['node102 · election', 'node102 · failed check', 'node102 · lock', 'node102 · script'],
      'node102 · service back',
    ]);
    const all = await page.locator('figure.timeline').nth(1).locator('text').allTextContents();
    expect(all).toContain('node101 · recovery');
    await page.close();
  });

  it('says what was found and what to do, worst first', async () => {
    const { page } = await open('en');
    const [first] = incidents;
    const section = page.locator(`section[id="${first?.id ?? ''}"]`);
    expect(await section.locator('.outcome').textContent()).toBe('failed over');
    const levels = await section.locator('td > span').allTextContents();
    expect(levels).toEqual(first?.findings.map(({ level }) => WORDS.en.levels[level]));
    expect(await section.getByText('fault to decision (NODE DOWN)').count()).toBe(1);
    await page.close();
  });

  it('shows a hostile line of a log as text', async () => {
    const { page } = await open('en');
    expect(await page.locator('script, img, iframe').count()).toBe(0);
    await page.getByText(HOSTILE).first().waitFor();
    await page.close();
  });

  it('names every drawing for those who do not see it, with the table of the same moments beside it', async () => {
    const { page } = await open('zh');
    const charts = await page.locator('svg').all();
    expect(charts.length).toBeGreaterThanOrEqual(incidents.length);
    for (const chart of charts) expect(await chart.getAttribute('aria-label')).not.toBe('');
    expect(await page.locator('section:has(figure):not(:has(table))').count()).toBe(0);
    await page.close();
  });

  it('prints as pages with text', async () => {
    const { page } = await open('zh');
    const pdf = await page.pdf({ format: 'A4', printBackground: true });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.length).toBeGreaterThan(30_000);
    expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0).toBeGreaterThan(incidents.length);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('main').innerText()).toContain('主库故障切换');
    await page.close();
  });
});
