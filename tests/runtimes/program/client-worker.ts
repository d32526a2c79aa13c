/** A Worker with nothing but the client, which needs no compatibility flag. */
import { callApi } from "./client.ts";

export default {
  async fetch(request: Request): Promise<Response> {
    return Response.json(await callApi(await request.json()));
  },
};
