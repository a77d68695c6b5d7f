import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fetchChromium } from '@identity-events/tools/engines/chromium';
import { RUN } from '@identity-events/tools/paths';
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** A page in Chromium, and what went wrong on it so far. */
interface OpenPage {
  readonly page: Page;
  /** Errors on its console, exceptions, answers that are no success, and requests to any other server. */
  readonly faults: readonly string[];
  /** Writes `.run/screenshots/<name>.png`. */
  screenshot(name: string): Promise<void>;
}

/** A Chromium of our own; it has a window, so to say, but no screen. */
export interface TestBrowser {
  open(url: string, options?: BrowserContextOptions): Promise<OpenPage>;
  close(): Promise<void>;
}

/** Starts Debian's Chromium. Rejects with a sentence when it can't be had. */
export async function openTestBrowser(): Promise<TestBrowser> {
  const executablePath = await fetchChromium(() => undefined);
  // What Chromium asks for by itself, such as lists of its components, is no request of the page; here it may not ask at all.
  const args = ['--disable-background-networking', '--disable-component-update'];
  const browser = await chromium.launch({ executablePath, args });
  return {
    async open(url, options) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
      context.setDefaultTimeout(15_000);
      const page = await context.newPage();
      const faults = watch(page, new URL(url).origin);
      await page.goto(url);
      return {
        page,
        faults,
        async screenshot(name) {
          const folder = join(RUN, 'screenshots');
          mkdirSync(folder, { recursive: true });
          await page.screenshot({ path: join(folder, `${name}.png`) });
        },
      };
    },
    close: () => browser.close(),
  };
}

function watch(page: Page, origin: string): string[] {
  const faults: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', ({ message }) => faults.push(`exception: ${message}`));
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== origin)
      faults.push(`elsewhere: ${request.url()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${response.status()}: ${response.url()}`);
  });
  return faults;
}
