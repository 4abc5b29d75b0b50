/** `npm run migrate -w @fairlead/db`: brings the database of DATABASE_URL to the schema of this version; says what it applied. */
import { migrate } from '../src/index.ts';

const url = process.env.DATABASE_URL;
if (!url) throw new Error('DATABASE_URL is not set.');
const applied = await migrate(url);
process.stdout.write(
  applied.length === 0 ? 'The database is up to date.\n' : `Applied: ${applied.join(', ')}\n`,
);
