/** What all pages share: one document that loads nothing and runs nothing. Well-formed as XML too. */
import { COLOUR } from './chart.ts';
import { escapeMarkup } from './svg.ts';

const STYLE = `
body { font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; color: ${COLOUR.text}; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
figure { margin: 1.5rem 0; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: 0.25rem 0.75rem; text-align: left; vertical-align: top; border-bottom: 1px solid ${COLOUR.grid}; }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; }
td { white-space: nowrap; }
td.params { white-space: normal; overflow-wrap: anywhere; }
tr.best, td.best { font-weight: 600; }
p, small { color: ${COLOUR.quiet}; }
p.decision { color: ${COLOUR.text}; font-size: 1.2em; }
pre { background: ${COLOUR.grid}; padding: 0.5rem 0.75rem; white-space: pre-wrap; overflow-wrap: anywhere; }
svg { max-width: 100%; height: auto; }
figure, tr, pre { break-inside: avoid; }
h1, h2 { break-after: avoid; }
@media print { body { margin: 0; max-width: none; font-size: 10pt; } }`;

/** @param body markup @param title text */
export const page = (title: string, body: string): string => `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
<title>${escapeMarkup(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${body}
</body>
</html>
`;
