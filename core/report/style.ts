/** The look of the page; every colour of a text stands out from its ground by 4.5 to 1 or more. */
export const STYLE = `
:root { color-scheme: light; }
body { margin: 0; background: #fff; color: #1d1d21; font: 15px/1.5 system-ui, 'Noto Sans', 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif; }
main { max-width: 64rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.7rem; margin: 0 0 .3rem; }
h2 { font-size: 1.25rem; margin: 2rem 0 .5rem; border-bottom: 1px solid #c8c8d0; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .3rem; }
h4 { font-size: .95rem; margin: 1rem 0 .2rem; }
table { border-collapse: collapse; margin: .4rem 0; max-width: 100%; }
th, td { border-bottom: 1px solid #d8d8e0; padding: .2rem .7rem .2rem 0; text-align: left; vertical-align: top; overflow-wrap: break-word; }
td:first-child { white-space: nowrap; }
th { color: #5b5b66; font-weight: 600; }
pre { font: 13px/1.4 ui-monospace, 'DejaVu Sans Mono', 'Noto Sans Mono CJK SC', monospace; white-space: pre-wrap; }
figure { margin: .5rem 0; }
svg { width: 100%; height: auto; display: block; }
a { color: #0b5cad; }
.warning { border-left: .4rem solid #b3261e; padding-left: 1rem; }
.succeeded { color: #1a7f37; } .failed { color: #b3261e; font-weight: 600; } .running { color: #0b5cad; }
.interrupted { color: #8a5a00; } .refused { color: #5b5b66; }
@media print {
  @page { margin: 15mm; }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  a { color: inherit; text-decoration: none; }
  h2, h3, h4 { break-after: avoid; }
  figure, tr, .keep { break-inside: avoid; }
  thead { display: table-header-group; }
}
`;
