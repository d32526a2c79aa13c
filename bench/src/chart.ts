import { type Result, speedOf } from "./table.ts";

const [width, barHeight, gap, labelWidth] = [760, 18, 6, 210];

/**
 * An SVG bar chart of how many times faster Usher is than each peer: a logarithmic scale, one group for each
 * suite. It follows the reader's light or dark colour scheme and loads nothing.
 */
export function chartOf(results: readonly Result[]): string {
  const parts: string[] = [];
  let y = 30;
  // Suites with a baseline compare with that, and not with peers.
  for (const result of results.filter(({ baseline }) => baseline === undefined)) {
    const peers = Object.keys(result.values)
      .map((name) => ({ name, ratio: speedOf(name, result) ?? 0 }))
      .filter(({ name, ratio }) => ratio > 0 && name !== "floor" && name !== "bare");
    if (peers.length === 0) continue;
    parts.push(`<text class="title" x="0" y="${y}">${escapeText(result.title)}</text>`);
    y += gap + 4;
    for (const { name, ratio } of peers) {
      const length = Math.max(2, (Math.log10(Math.max(ratio, 1)) / 3) * (width - labelWidth - 90));
      const middle = y + barHeight - 5;
      parts.push(
        `<text x="${labelWidth - 8}" y="${middle}" text-anchor="end">${escapeText(name)}</text>`,
        `<rect x="${labelWidth}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}" rx="3"/>`,
        `<text x="${(labelWidth + length + 8).toFixed(1)}" y="${middle}">${ratio.toFixed(1)} ×</text>`,
      );
      y += barHeight + gap;
    }
    y += 26;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" role="img" aria-label="How many times faster Usher is than its peers">
<style>text{font:13px system-ui,sans-serif;fill:#1f2328}.title{font-weight:600}rect{fill:#9f1239}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}rect{fill:#fb7185}}</style>
${parts.join("\n")}
</svg>
`;
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
