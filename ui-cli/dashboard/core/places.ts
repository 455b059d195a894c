/** Where in the dashboard somebody is. */
export type Place =
  | { readonly screen: 'experiments' }
  | { readonly screen: 'experiment'; readonly experimentId: string }
  | { readonly screen: 'trial'; readonly experimentId: string; readonly trialId: string }
  | { readonly screen: 'models' }
  | { readonly screen: 'model'; readonly name: string }
  | { readonly screen: 'ledger'; readonly name: string }
  | { readonly screen: 'version'; readonly name: string; readonly version: string }
  | { readonly screen: 'services' }
  | { readonly screen: 'log'; readonly service: string };

export type ScreenName = Place['screen'];
