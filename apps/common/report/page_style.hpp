// SPDX-License-Identifier: MIT
#pragma once

namespace mfpar::apps {

/// The style sheet of reports. Pictures are 400 units wide whatever their size on the screen, so
/// that their text is given in units that come out as 11 to 13 pixels at each width. The colours of
/// series are Okabe and Ito's, darker on white and lighter on black where they are text. It holds
/// no character that XML would take for markup.
inline constexpr char kPageStyle[] = R"(
:root { color-scheme: light dark; --page: #fcfcfa; --text: #1b1f24; --soft: #5c6570;
  --grid: #e4e5e2; --axis: #9aa1a8; --shade: #f0efe9; --c1: #0067a5; --c2: #b34700;
  --c3: #00785a; --c4: #984878; --quiet: #737b84; --bar: #b4bac0; }
@media (prefers-color-scheme: dark) { :root { --page: #15181c; --text: #e6e8ea; --soft: #a0a8b0;
  --grid: #2b3036; --axis: #6a727a; --shade: #20252a; --c1: #62b5ea; --c2: #f0924c;
  --c3: #3cc49a; --c4: #dc95bd; --quiet: #98a0a8; --bar: #555d66; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; }
main { max-width: 1200px; margin: 0 auto; padding: 32px 16px 48px; }
h1 { font-size: 26px; line-height: 1.2; font-weight: 650; margin: 0; overflow-wrap: anywhere; }
header p { color: var(--soft); margin: 6px 0 0; overflow-wrap: anywhere; }
h2 { font-size: 20px; font-weight: 650; margin: 48px 0 4px; padding-top: 16px;
  border-top: 1px solid var(--grid); }
section > p { color: var(--soft); margin: 0 0 8px; max-width: 60em; }
h3 { font-size: 16px; font-weight: 650; margin: 0; }
.keys { display: grid; grid-template-columns: repeat(auto-fill, minmax(140px, 1fr));
  gap: 16px 24px; margin: 24px 0 0; }
.keys div { display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.keys dd { font-size: 24px; line-height: 1.25; margin: 0; font-weight: 600; }
.keys dt { color: var(--soft); font-size: 14px; line-height: 1.35; }
.figures { display: grid; grid-template-columns: minmax(0, 600px); gap: 40px 56px;
  margin: 24px 0 0; }
figure { margin: 0; min-width: 0; }
figcaption { color: var(--soft); font-size: 14px; line-height: 1.45; margin: 2px 0 14px; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { font-size: 13px; fill: var(--soft); }
svg .title { fill: var(--soft); }
svg .middle { text-anchor: middle; } svg .end { text-anchor: end; }
svg .name, svg .mark { font-weight: 600; paint-order: stroke; stroke: var(--page);
  stroke-width: 3px; stroke-linejoin: round; }
svg line, svg path { vector-effect: non-scaling-stroke; fill: none; }
svg .grid { stroke: var(--grid); } svg .axis { stroke: var(--axis); }
svg .rule { stroke: var(--text); stroke-width: 1.25px; }
svg .shade { fill: var(--shade); } svg .mark { fill: var(--text); }
svg .line { stroke-width: 2px; stroke-linejoin: round; stroke-linecap: round; }
svg .broken { stroke-width: 1.5px; stroke-dasharray: 5 4; stroke-linecap: butt; }
svg .whisker { stroke-width: 1.5px; opacity: .6; }
svg line.middle { stroke: var(--page); stroke-width: 2.5px; }
svg .dot { stroke: var(--page); stroke-width: 1px; }
svg .area { opacity: .14; }
svg .line.c1, svg .whisker.c1 { stroke: var(--c1); }
svg .line.c2, svg .whisker.c2 { stroke: var(--c2); }
svg .line.c3, svg .whisker.c3 { stroke: var(--c3); }
svg .line.c4, svg .whisker.c4 { stroke: var(--c4); }
svg .line.quiet, svg .whisker.quiet { stroke: var(--quiet); }
svg .name.c1, svg .dot.c1, svg .fill.c1, svg path.area.c1 { fill: var(--c1); }
svg .name.c2, svg .dot.c2, svg .fill.c2, svg path.area.c2 { fill: var(--c2); }
svg .name.c3, svg .dot.c3, svg .fill.c3, svg path.area.c3 { fill: var(--c3); }
svg .name.c4, svg .dot.c4, svg .fill.c4, svg path.area.c4 { fill: var(--c4); }
svg .name.quiet, svg .dot.quiet { fill: var(--quiet); } svg .fill.quiet { fill: var(--bar); }
details { font-size: 14px; margin-top: 10px; }
summary { color: var(--soft); cursor: pointer; width: fit-content; }
summary:focus-visible { outline: 2px solid var(--c1); outline-offset: 2px; }
.scroll { overflow-x: auto; margin-top: 8px; }
table { border-collapse: collapse; font-size: 14px; line-height: 1.35; }
th, td { padding: 4px 0 4px 20px; text-align: right; font-weight: 400; white-space: nowrap;
  border-bottom: 1px solid var(--grid); }
thead th { color: var(--soft); vertical-align: bottom; border-bottom-color: var(--axis); }
th:first-child { padding-left: 0; text-align: left; }
footer { color: var(--soft); font-size: 14px; margin-top: 48px; }
@media (max-width: 479px) { th, td { padding-left: 12px; } table { font-size: 13px; } }
@media (min-width: 480px) { svg text { font-size: 9.5px; }
  main { padding: 40px 32px 64px; } }
@media (min-width: 1000px) { .figures { grid-template-columns: repeat(2, minmax(0, 1fr));
  row-gap: 0; margin-bottom: -28px; }
  .figures > * { grid-row: span 4; margin-bottom: 44px; }
  figure { display: grid; grid-template-rows: subgrid; }
  main { padding: 48px 40px 72px; } h1 { font-size: 32px; } }
@media print { :root { color-scheme: light; --page: #fff; --text: #000; --soft: #444;
  --grid: #ddd; --axis: #888; --shade: #eee; --c1: #0067a5; --c2: #b34700; --c3: #00785a;
  --c4: #984878; --quiet: #666; --bar: #bbb; }
  body { font-size: 11pt; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  main { max-width: none; padding: 0; } figure { break-inside: avoid; }
  h2, h3 { break-after: avoid; } svg text { font-size: 9.5px; }
  .figures { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 24px 32px; }
  .scroll { overflow-x: visible; } table { font-size: 8.5pt; }
  th, td { padding-left: 9px; white-space: normal; } figcaption, section p { font-size: 9.5pt; }
  figure details { display: none; }
  details::details-content { content-visibility: visible; block-size: auto; } }
)";

}  // namespace mfpar::apps
