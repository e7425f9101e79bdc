/** The API reference: Swagger UI over the service's own description. Its calls carry the token of this tab. */

import { address, problemOf, request, token } from '../dashboard/api.js';

const place = document.getElementById('reference');

function authorized(call) {
  if (token() !== null) {
    call.headers.Authorization = `Bearer ${token()}`;
  }
  return call;
}

try {
  const answer = await request('/openapi.json');
  if (!answer.ok) {
    throw await problemOf(answer);
  }
  const spec = await answer.json();
  spec.servers = [{ url: address('/') }]; // this page may be behind a proxy that the service does not know of
  window.SwaggerUIBundle({
    spec,
    domNode: place,
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    requestInterceptor: authorized,
  });
} catch (problem) {
  place.textContent = `The API reference could not be loaded: ${problem.message} Reload the page.`;
}
