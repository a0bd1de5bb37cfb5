import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { renderHtml } from '../../../src/extension/view/html.ts';
import type { ToWebview } from '../../../src/page/protocol.ts';
import type { ToTraining } from '../../../src/page/trainingProtocol.ts';
import type { ExampleReport } from '../../../src/reports/report.ts';

/** Serves the pages as VS Code does: with the same HTML and policy. */
export interface PageServer {
  /** Of the perturbation view. */
  readonly url: string;
  /** Of the page of a training. */
  readonly trainingUrl: string;
  /**
   * What the page is told when it is ready, and the examples whose steps it may ask for; image paths are below `folder`.
   */
  serve(folder: string, message: Extract<ToWebview, { type: 'show' }>, examples: readonly ExampleReport[]): void;
  /** What the page of a training is told when it is ready. */
  serveTraining(message: ToTraining): void;
  close(): void;
}

const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.png': 'image/png',
};

/** Builds the pages and serves them on a free port. */
export async function startPageServer(): Promise<PageServer> {
  const { outputFiles } = await build({
    absWorkingDir: fileURLToPath(new URL('../../..', import.meta.url)),
    entryPoints: { webview: 'webview/main.ts', training: 'webview/training.ts' },
    outdir: 'dist',
    bundle: true,
    platform: 'browser',
    target: 'chrome120',
    format: 'iife',
    write: false,
    logLevel: 'warning',
  });
  const built = new Map(outputFiles.map(({ path: file, text }) => [`/${path.basename(file)}`, text]));
  let folder = '';
  let message = '';
  let shown: readonly ExampleReport[] = [];

  async function find(pathname: string): Promise<Uint8Array | string> {
    if (pathname === '/') return html('webview');
    if (pathname === '/training') return html('training');
    if (pathname === '/favicon.ico') return '';
    if (pathname === '/show.json') return message;
    const place = /^\/steps\/(\d+)\.json$/.exec(pathname)?.[1];
    if (place !== undefined) return JSON.stringify(shown[Number(place)]?.trace?.steps ?? []);
    if (pathname.startsWith('/run/')) return readFile(path.join(folder, pathname.slice('/run/'.length)));
    const file = built.get(pathname);
    if (!file) throw new Error(`There is no ${pathname}.`);
    return file;
  }

  const server = createServer(async (request, response) => {
    const pathname = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    const content = await find(pathname).catch(() => undefined);
    const type = types[path.extname(pathname)] ?? 'text/html';
    response.writeHead(content === undefined ? 404 : 200, { 'content-type': `${type}; charset=utf-8` }).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  function html(page: string): string {
    return renderHtml({
      cspSource: url.slice(0, -1),
      script: built.get(`/${page}.js`) ?? '',
      style: built.get(`/${page}.css`) ?? '',
      nonce: 'a-nonce-for-tests',
      language: 'en',
      title: 'Perturb',
      loading: 'Loading…',
    });
  }
  return {
    url,
    trainingUrl: `${url}training`,
    serve(from, show, examples) {
      folder = from;
      shown = examples;
      message = JSON.stringify({ ...show, test: { ...show.test, imagesBase: `${url}run/` } });
    },
    serveTraining(training) {
      message = JSON.stringify(training);
    },
    close: () => server.close(),
  };
}
