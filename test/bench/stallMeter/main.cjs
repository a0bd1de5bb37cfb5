// Lives beside the extension in the extension host, and measures how long that host's event loop stands still. It also opens
// a page with nothing but a button on it: what any page takes of VS Code.
const { writeFileSync } = require('node:fs');
const { monitorEventLoopDelay } = require('node:perf_hooks');
const vscode = require('vscode');

exports.activate = (context) => {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  const report = () => {
    const milliseconds = (nanoseconds) => nanoseconds / 1e6;
    const figures = { longest: milliseconds(delays.max), p99: milliseconds(delays.percentile(99)) };
    writeFileSync(process.env.STALL_METER_FILE, JSON.stringify(figures));
    delays.reset();
  };
  const openEmptyPage = () => {
    const panel = vscode.window.createWebviewPanel('stallMeter.empty', 'Empty Page', vscode.ViewColumn.Active, {});
    panel.webview.html = '<!doctype html><html lang="en"><title>Empty</title><button>Nothing</button></html>';
  };
  context.subscriptions.push(
    vscode.commands.registerCommand('stallMeter.report', report),
    vscode.commands.registerCommand('stallMeter.openEmptyPage', openEmptyPage),
  );
};
