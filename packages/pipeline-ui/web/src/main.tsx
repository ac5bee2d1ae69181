// Before anything that makes a schema.
// oxlint-disable-next-line import/no-unassigned-import
import './live/zod-without-code.ts';
import { render } from 'preact';
import { LiveSource } from './live/live-source.ts';
import { Page } from './page.tsx';

const live = new LiveSource();
live.start();

const root = document.getElementById('page');
if (root !== null) render(<Page live={live} />, root);
