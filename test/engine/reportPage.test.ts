// Proves in a real browser that a report shows what the records hold: every chart has a mark for each record, nothing is asked of a network,
// nothing is complained of, a hostile reason runs nothing, and printing gives pages with text.
// Seen to fail: with one record less in drawOverview (marks), with escapeHtml taken out (a dialog opens, elements appear), with an image from
// elsewhere in the page (the policy of the page complains), with `display: none` for print (the PDF is a tenth of its size).
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Language } from '../../core/budget/formatBudget';
import { buildReport } from '../../core/report/buildReport';
import { renderReport } from '../../core/report/renderReport';
import { reportSource } from '../support/reportRecords';

const executablePath = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find((path) => existsSync(path));
/** Set by scripts/runTests.mjs where none could be installed. */
const skip =
  executablePath === undefined ? (process.env['KINGBASE_BROWSER_SKIP'] ?? 'there is no chromium here') : undefined;

interface Shown {
  readonly page: Page;
  /** What it asked for, itself excepted. */
  readonly asked: readonly string[];
  readonly complained: readonly string[];
}

const report = buildReport(reportSource());
let folder: string;
let browser: Browser;

async function open(language: Language): Promise<Shown> {
  const file = join(folder, `${language}.html`);
  writeFileSync(file, renderReport(report, language));
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
const title = `the page of a report, in a browser${skip === undefined ? '' : ` (skipped: ${skip})`}`;

describe.skipIf(skip !== undefined)(title, () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kingbase-report-'));
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

  it.each(['en', 'zh'] as const)(
    'loads nothing, complains of nothing and marks every record (%s)',
    async (language) => {
      const { page, asked, complained } = await open(language);
      expect({ asked, complained }).toEqual({ asked: [], complained: [] });
      expect(await page.title()).toContain('kb');
      expect(await page.locator(`#overview ${MARK}`).count()).toBe(report.entries.length);
      for (const { subject, measures } of report.comparisons) {
        expect(await page.locator(`#${subject} ${MARK}`).count(), subject).toBe(measures.length);
      }
      const steps = report.incidents.flatMap(({ phases }) => phases);
      expect(await page.locator(`.phases ${MARK}`).count()).toBe(steps.length);
      const nodes = report.incidents.flatMap(({ topology }) => [
        ...(topology?.before ?? []),
        ...(topology?.after ?? []),
      ]);
      expect(nodes.length).toBeGreaterThan(0);
      expect(await page.locator(`.topology ${MARK}`).count()).toBe(nodes.length);
      await page.close();
    },
  );

  it('draws each mark where it can be seen', async () => {
    const { page } = await open('en');
    for (const mark of await page.locator(`#overview ${MARK}`).all()) {
      const box = await mark.boundingBox();
      expect(box?.width).toBeGreaterThan(4);
      expect(box?.height).toBeGreaterThan(4);
    }
    await page.close();
  });

  it('shows a hostile reason as text', async () => {
    const { page } = await open('en');
    expect(await page.locator('script, img, iframe').count()).toBe(0);
    await page.getByText(`</pre><script>alert("x")</script> & 'quoted'`).first().waitFor();
    await page.close();
  });

  it('leads from each row of the overview to its section', async () => {
    const { page } = await open('en');
    for (const { anchor, id } of report.entries) {
      expect(await page.locator(`section#${anchor} h3`).textContent()).toContain(id);
    }
    await page.close();
  });

  it('names every chart for those who do not see it, and sets a table beside it', async () => {
    const { page } = await open('en');
    const charts = await page.locator('svg').all();
    expect(charts.length).toBeGreaterThan(5);
    for (const chart of charts) expect(await chart.getAttribute('aria-label')).not.toBe('');
    expect(await page.locator('svg[role="img"]').count()).toBe(charts.length);
    expect(await page.locator('figure').count()).toBe(charts.length);
    expect(await page.locator('section:has(figure):not(:has(table))').count()).toBe(0);
    await page.close();
  });

  it('prints as pages with text', async () => {
    const { page } = await open('en');
    const pdf = await page.pdf({ format: 'A4', printBackground: true });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.length).toBeGreaterThan(30_000);
    expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0).toBeGreaterThan(2);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('main').innerText()).toContain('Recovery report of cluster kb');
    await page.close();
  });
});
