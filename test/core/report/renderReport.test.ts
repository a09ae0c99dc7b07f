// Proves what the page holds without a browser: every value escaped, a mark and a row for each record, both languages, nothing to load.
import { describe, expect, it } from 'vitest';
import { drawOverview } from '../../../core/report/charts';
import { buildReport } from '../../../core/report/buildReport';
import { escapeHtml } from '../../../core/report/html';
import { renderReport } from '../../../core/report/renderReport';
import type { ReportSource } from '../../../core/report/types';
import { WORDS } from '../../../core/report/words';
import { FAILED, reportSource, SWITCHOVER } from '../../support/reportRecords';

const page = (changes: Partial<ReportSource> = {}, language: 'en' | 'zh' = 'en'): string =>
  renderReport(buildReport(reportSource(changes)), language);
const marks = (text: string): number =>
  text.match(/<(?=[^>]*ecmeta_ssr_type="chart")(?![^>]*ecmeta_silent)[^>]*>/g)?.length ?? 0;

describe('the page of a report', () => {
  it('has a mark in the overview and a row for each record, and says the outcome of each', () => {
    const { entries } = buildReport(reportSource());
    expect(marks(drawOverview(entries, WORDS.en).text)).toBe(7);
    const text = page();
    for (const { anchor, id } of entries) {
      expect(text).toContain(`<a href="#${anchor}">${id}</a>`);
      expect(text.split(`<section id="${anchor}">`)).toHaveLength(2);
    }
    for (const said of ['>refused<', '>interrupted<', '>failed<', 'REFUSED restore/bad-target: no zone']) {
      expect(text).toContain(said);
    }
    expect(text).toContain('Not in the record: first write.');
    expect(text).toContain('the record does not say when each began');
  });

  it('escapes every value, in tables and in charts', () => {
    const hostile = `<img src=x onerror=alert(1)> & "'`;
    const text = page({
      cluster: hostile,
      nodes: [{ name: hostile, host: hostile, role: 'database' }],
      unread: [{ node: hostile, why: hostile }],
      actions: [
        {
          ...SWITCHOVER,
          ...{ requestId: hostile, kind: hostile, node: hostile, inputs: { [hostile]: hostile }, reason: hostile },
          ...{ result: { [hostile]: hostile, to: hostile }, phases: [{ step: hostile, seconds: 1 }] },
        },
        FAILED,
      ],
      drills: reportSource().drills.map((one) => ({
        ...one,
        ...{ id: hostile, stanza: hostile, backup: hostile, reasons: [hostile] },
        ...{ checks: [{ name: hostile, ok: false, detail: hostile }] },
        ...{ tables: [{ name: hostile, sourceBefore: 1, sourceAfter: 2, restored: 1, ok: false }] },
      })),
    });
    expect(text).not.toMatch(/<(img|script)/i);
    expect(text).toContain('&lt;script&gt;alert(&quot;x&quot;)');
    expect(text).toContain(escapeHtml(hostile));
    expect(text).toContain('1 – 2');
  });

  it('makes no page that a parser refuses of a control character', () => {
    expect(escapeHtml('a\u0000\u001b[1m\u0085\tb\n')).toBe('a\ufffd\ufffd[1m\ufffd\tb\n');
  });

  it('loads nothing and runs nothing', () => {
    const text = page();
    expect(text).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(text.replace(/xmlns(:xlink)?="[^"]*"/g, '')).not.toMatch(/https?:|<script|<link|url\(|@import/);
  });

  it('says so where nothing was recorded, and draws nothing', () => {
    const text = page({ actions: [], drills: [] });
    expect(text).toContain('Nothing was recorded yet');
    expect(text).not.toContain('<svg');
    expect(text.split('No record holds such a measure yet.')).toHaveLength(4);
  });

  it('keeps a record without a readable moment in the table, and out of the chart', () => {
    const text = page({ actions: [{ ...FAILED, startedAt: 'then' }], drills: [] });
    expect(text).toContain('then (not readable)');
    expect(text).not.toContain('<svg');
  });

  it('names the nodes that were not read', () => {
    expect(page()).not.toContain('Not read');
    expect(page({ unread: [{ node: 'node3', why: 'no route' }] })).toContain('<td>no route</td>');
  });

  it('is written in Chinese too, with the same numbers', () => {
    const [en, zh] = [page(), page({}, 'zh')];
    expect(zh).toContain('<html lang="zh-CN">');
    expect(zh).toContain('集群 kb 的恢复报告');
    expect(zh).toContain('记录中没有:首次写入。');
    expect(marks(zh)).toBe(marks(en));
    expect(zh).not.toMatch(/Not in the record|All records|Topology/);
  });
});
