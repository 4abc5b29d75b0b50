'use client';
import { Checkbox, Field, Input } from '@fairlead/ui';
import { type GroupProps, HttpGroup, type HttpSettings } from './http-group.tsx';
import { NetworkList } from './network-list.tsx';
import { NetworksField } from './networks-field.tsx';

type TrustedProxy = NonNullable<HttpSettings['trustedProxy']>;

const names = ['trustedProxy'] as const;
const fresh: TrustedProxy = { networks: [], field: 'X-Forwarded-For', only: false, listUrl: null };

/** Whose word about the visitor is taken. */
export function ProxyGroup(props: GroupProps) {
  return (
    <HttpGroup
      {...props}
      title="Behind a CDN or another proxy"
      description="From its networks, and from nowhere else, the balancer takes the word for who the visitor is: for rules, limits, IP hash and the app."
      names={names}
    >
      {({ draft: { trustedProxy }, change, errorOf, disabled }) => {
        const set = (some: Partial<TrustedProxy>) =>
          change({ trustedProxy: { ...(trustedProxy ?? fresh), ...some } });
        return (
          <>
            <Checkbox
              checked={trustedProxy !== null}
              disabled={disabled}
              onChange={(on) =>
                change({ trustedProxy: on ? (props.balancer.http.trustedProxy ?? fresh) : null })
              }
              label="Visitors come through a CDN or another proxy"
            />
            {trustedProxy ? (
              <>
                <NetworkList
                  url={trustedProxy.listUrl}
                  known={props.balancer.networkList}
                  error={errorOf('trustedProxy.listUrl')}
                  disabled={disabled}
                  onChange={(listUrl) => set({ listUrl })}
                  onRead={(networks) => set({ networks })}
                />
                <NetworksField
                  networks={trustedProxy.networks}
                  errorOf={errorOf}
                  disabled={disabled}
                  onChange={(networks) => set({ networks })}
                />
                <Field
                  label="Field that names the visitor"
                  hint="X-Forwarded-For, or the proxy’s own, such as CF-Connecting-IP. The proxy has to set it itself."
                  error={errorOf('trustedProxy.field')}
                  className="sm:max-w-sm"
                >
                  <Input
                    mono
                    disabled={disabled}
                    value={trustedProxy.field}
                    onChange={(event) => set({ field: event.target.value })}
                  />
                </Field>
                <Checkbox
                  checked={trustedProxy.only}
                  disabled={disabled}
                  onChange={(only) => set({ only })}
                  label="Refuse everybody else"
                  detail="Whoever connects to the balancer past the proxy gets 403."
                />
              </>
            ) : null}
          </>
        );
      }}
    </HttpGroup>
  );
}
