import {
  Client,
  credentials,
  type Metadata,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type ServiceError,
  type StatusObject,
} from '@grpc/grpc-js';

const bytes = { serialize: (value: Buffer) => value, deserialize: (value: Buffer) => value };
const methods = {
  requestSerialize: bytes.serialize,
  requestDeserialize: bytes.deserialize,
  responseSerialize: bytes.serialize,
  responseDeserialize: bytes.deserialize,
};
const definition: ServiceDefinition = {
  Echo: { path: '/shop.Orders/Echo', requestStream: false, responseStream: false, ...methods },
  Chat: { path: '/shop.Orders/Chat', requestStream: true, responseStream: true, ...methods },
};

export interface GrpcApp {
  port: number;
  /** Metadata of each call so far. */
  seen: Metadata[];
  stop(): void;
}

/**
 * A gRPC service on a loopback port: `Echo` answers what it was sent, refuses `refuse` with status 9 and holds its answer to `wait`; `Chat` answers each
 * message as it comes.
 */
export async function startGrpcApp(): Promise<GrpcApp> {
  const server = new Server();
  const seen: Metadata[] = [];
  server.addService(definition, {
    Echo: (
      call: { request: Buffer; metadata: Metadata },
      answer: (error: Partial<StatusObject> | null, value?: Buffer) => void,
    ) => {
      seen.push(call.metadata);
      const text = call.request.toString();
      if (text === 'refuse') return answer({ code: 9, details: 'not now' });
      if (text !== 'wait') answer(null, call.request);
    },
    Chat: (call: NodeJS.ReadWriteStream) => {
      call.on('data', (part) => call.write(part));
      call.on('end', () => call.end());
    },
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  return { port, seen, stop: () => server.forceShutdown() };
}

/** A client of {@link startGrpcApp} behind a front with TLS, by the name that is asked for. */
export class GrpcVisitor {
  readonly #client: Client;

  constructor(port: number, root: string, name: string, address = '127.0.0.1') {
    this.#client = new Client(`${address}:${port}`, credentials.createSsl(Buffer.from(root)), {
      'grpc.ssl_target_name_override': name,
      'grpc.default_authority': name,
    });
  }

  /** What is answered to `text`, or the status in its place. */
  echo(text: string, timeoutMs = 20_000, path = '/shop.Orders/Echo'): Promise<string | ServiceError> {
    return new Promise((resolve) => {
      this.#client.makeUnaryRequest(
        path,
        bytes.serialize,
        bytes.deserialize,
        Buffer.from(text),
        { deadline: Date.now() + timeoutMs },
        (error, value) => resolve(error ?? value?.toString() ?? ''),
      );
    });
  }

  /** Sends each part once the one before was answered; answers what came. */
  chat(parts: readonly string[]): Promise<string[]> {
    return new Promise((resolve, reject) => {
      const call = this.#client.makeBidiStreamRequest(
        '/shop.Orders/Chat',
        bytes.serialize,
        bytes.deserialize,
      );
      const answers: string[] = [];
      const next = () => {
        const part = parts[answers.length];
        if (part === undefined) call.end();
        else call.write(Buffer.from(part));
      };
      call.on('data', (answer: Buffer) => {
        answers.push(answer.toString());
        next();
      });
      call.on('end', () => resolve(answers));
      call.on('error', reject);
      next();
    });
  }

  close(): void {
    this.#client.close();
  }
}
