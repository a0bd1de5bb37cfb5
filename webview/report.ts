import './report/host.ts';
import './main.ts';
import './report/report.css';
// The page of an HTML report: the perturbation view, a list of the tests of the run above it, and nobody behind it.
