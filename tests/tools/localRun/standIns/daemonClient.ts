import { createSocket } from "node:dgram";

/** A complete segment whose id is this number, and more fields. */
export function segment(number: number, more: object = {}) {
  return {
    name: "hello",
    id: number.toString(16).padStart(16, "0"),
    start_time: 1478293361.271,
    trace_id: "1-581cf771-a006649127e371903a2de979",
    end_time: 1478293361.449,
    ...more,
  };
}

/** Sends documents to a daemon as the X-Ray SDK does; text is sent as it is. */
export async function send(port: number, ...documents: unknown[]): Promise<void> {
  const socket = createSocket("udp4");
  for (const document of documents) {
    const text = typeof document === "string" ? document : JSON.stringify(document);
    await new Promise((sent) => socket.send(`{"format":"json","version":1}\n${text}`, port, "127.0.0.1", sent));
  }
  await new Promise<void>((closed) => socket.close(closed));
}
