// Small helpers over the SDK's generated gRPC code: unary calls as promises, properties to and from protobuf, a loopback server.
import * as grpc from '@grpc/grpc-js';
import { Struct, type JavaScriptValue } from 'google-protobuf/google/protobuf/struct_pb.js';
import type { PropertyMap } from './values';

/** As the CLI: rendered files and stack outputs may be large. */
export const channelOptions = {
  'grpc.max_receive_message_length': 400 * 1024 * 1024,
  'grpc.max_send_message_length': 400 * 1024 * 1024,
};

export function toStruct(map: PropertyMap): Struct {
  return Struct.fromJavaScript(map as Record<string, JavaScriptValue>);
}

export function fromStruct(struct: Struct | undefined): PropertyMap {
  return (struct?.toJavaScript() ?? {}) as PropertyMap;
}

/** `call((done) => client.check(request, done))`. */
export function call<Response>(
  invoke: (done: (error: grpc.ServiceError | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    invoke((error, response) => {
      if (error === null) resolve(response);
      else reject(error);
    });
  });
}

export type Handler<Request, Response> = (request: Request) => Promise<Response> | Response;

/** Answers with what the handler returns; a throw becomes the call's error. A promise that never settles never answers. */
export function unary<Request, Response>(handler: Handler<Request, Response>): grpc.handleUnaryCall<Request, Response> {
  return (incoming, callback) => {
    Promise.resolve()
      .then(() => handler(incoming.request))
      .then(
        (response) => callback(null, response),
        (error: unknown) =>
          callback({ code: grpc.status.UNKNOWN, details: error instanceof Error ? error.message : String(error) }),
      );
  };
}

export interface Listening {
  readonly address: string;
  close(): void;
}

/** Binds to a free port of the loopback interface. */
export function listen(server: grpc.Server): Promise<Listening> {
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error !== null) reject(error);
      else resolve({ address: `127.0.0.1:${port}`, close: () => server.forceShutdown() });
    });
  });
}

export function messageOf(error: unknown): string {
  if (error instanceof Error) return (error as Partial<grpc.ServiceError>).details ?? error.message;
  return String(error);
}
