/** What a route table needs to know of a route. */
export interface Routable {
  readonly method: string;
  readonly path: string;
}

/** Finds routes by method and path, without regard to case, as the provider does. */
export class RouteTable<Route extends Routable> {
  readonly #routes: ReadonlyMap<string, Route>;

  constructor(routes: readonly Route[]) {
    this.#routes = new Map(routes.map((route) => [keyOf(route.method, route.path), route]));
  }

  /** The route, or undefined if there is none. */
  find(method: string, path: string): Route | undefined {
    return this.#routes.get(keyOf(method, path));
  }
}

function keyOf(method: string, path: string): string {
  return `${method} ${path.toLowerCase()}`;
}
