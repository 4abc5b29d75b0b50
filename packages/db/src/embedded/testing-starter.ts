// Starts an embedded Postgres and waits: killed by the test of the unclean end. Argument: data folder. Prints the URL.
import { startEmbeddedPostgres } from './embedded-postgres.ts';

const [dataDir] = process.argv.slice(2);
const { url } = await startEmbeddedPostgres({ dataDir, disposable: true });
console.log(url);
