import { randomUUID } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import { ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import pg from 'pg';

const charTypeId = 18;
const textTypeId = 25;
const charMark = '\u0000char';

// Postgres's catalogue has columns of the one-byte type "char". The engine insists on them as characters, `@prisma/adapter-pg`
// refuses their type id: they pass it as text under a marked name, and the mark is taken off below.
class MarkingClient extends pg.Client {
  /** @param {pg.ClientConfig} config */
  constructor(config) {
    super(config);
    this.connection.prependListener('rowDescription', ({ fields }) => {
      for (const field of fields.filter((field) => field.dataTypeID === charTypeId)) {
        field.dataTypeID = textTypeId;
        field.name += charMark;
      }
    });
  }
}

/** @template {import('@prisma/driver-adapter-utils').SqlQueryable} T @param {T} queryable @returns {T} */
function withCharColumns(queryable) {
  const queryRaw = queryable.queryRaw.bind(queryable);
  queryable.queryRaw = async (query) => {
    const result = await queryRaw(query);
    result.columnNames.forEach((name, at) => {
      if (!name.endsWith(charMark)) return;
      result.columnNames[at] = name.slice(0, -charMark.length);
      result.columnTypes[at] = ColumnTypeEnum.Character;
    });
    return result;
  };
  return queryable;
}

/** @param {string} url */
async function connect(url) {
  const adapter = withCharColumns(
    await new PrismaPg({ connectionString: url, Client: MarkingClient }).connect(),
  );
  const startTransaction = adapter.startTransaction.bind(adapter);
  adapter.startTransaction = async (level) => withCharColumns(await startTransaction(level));
  return adapter;
}

/**
 * The schema engine's way to a database and to shadow databases beside it, dropped when the engine is done with them.
 * @param {string} url
 * @returns {import('@prisma/driver-adapter-utils').SqlMigrationAwareDriverAdapterFactory}
 */
export function engineAdapter(url) {
  return {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect: () => connect(url),
    connectToShadowDb: async () => {
      const owner = await connect(url);
      const database = `fairlead_shadow_${randomUUID()}`;
      await owner.executeScript(`CREATE DATABASE "${database}"`);
      const shadowUrl = new URL(url);
      shadowUrl.pathname = `/${database}`;
      const shadow = await connect(shadowUrl.href);
      const dispose = shadow.dispose.bind(shadow);
      shadow.dispose = async () => {
        await dispose();
        await owner.executeScript(`DROP DATABASE "${database}"`);
        await owner.dispose();
      };
      return shadow;
    },
  };
}
