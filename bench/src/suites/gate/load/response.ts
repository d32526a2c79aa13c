/** Follows the response to one request on a connection that is kept alive, without pipelining. */
export interface ResponseReader {
  /** Returns the status once the response is complete, undefined before. Then the next one begins. */
  read(chunk: Buffer): number | undefined;
}

const headEnd = "\r\n\r\n";
const lastChunk = "\r\n0\r\n\r\n";

/** Does no more than find the end of each response: the load must not be what a run measures. */
export function createResponseReader(): ResponseReader {
  let head = "";
  let status = 0;
  /** Bytes of the body that are missing. Undefined while the head is, and for a chunked body. */
  let missing: number | undefined;
  /** The last characters of a chunked body. */
  let tail: string | undefined;

  const begin = (chunk: Buffer) => {
    head += chunk.toString("latin1");
    const end = head.indexOf(headEnd);
    if (end < 0) return;
    status = Number(head.slice(9, 12));
    const body = head.length - end - headEnd.length;
    const fields = head.slice(0, end).toLowerCase();
    const length = /\r\ncontent-length: (\d+)/.exec(fields)?.[1];
    if (length !== undefined) missing = Number(length) - body;
    else if (fields.includes("\r\ntransfer-encoding: chunked")) tail = head.slice(-lastChunk.length);
    else missing = 0;
  };

  return {
    read(chunk) {
      if (tail !== undefined) tail = (tail + chunk.toString("latin1")).slice(-lastChunk.length);
      else if (missing !== undefined) missing -= chunk.length;
      else begin(chunk);
      if (missing !== 0 && tail !== lastChunk) return undefined;
      head = "";
      missing = undefined;
      tail = undefined;
      return status;
    },
  };
}
