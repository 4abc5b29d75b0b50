'use client';
import type { AcmeAccount, App, Certificate, LoadBalancer } from '@fairlead/api/types';
import { Button, Checkbox, Field, Panel, RadioCards, Select } from '@fairlead/ui';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import type { TlsChange } from './tls-plan-dialog.tsx';

const TlsPlanDialog = dynamic(() => import('./tls-plan-dialog.tsx').then((module) => module.TlsPlanDialog), {
  ssr: false,
});

type Tls = LoadBalancer['tls'];

const DAY_SECONDS = 86_400;
const lives = [
  { value: '0', label: 'Do not tell them' },
  { value: String(DAY_SECONDS), label: '1 day, to try it' },
  { value: String(30 * DAY_SECONDS), label: '30 days' },
  { value: String(365 * DAY_SECONDS), label: '1 year' },
  { value: String(730 * DAY_SECONDS), label: '2 years' },
];

interface TlsSettingsProps {
  app: App;
  tls: Tls;
  certificates: readonly Certificate[];
  account: AcmeAccount['account'];
  mayChange: boolean;
  busy: boolean;
}

/** Where the certificate comes from, and what visitors without TLS get; looked at as a plan, then applied. */
export function TlsSettings({ app, tls, certificates, account, mayChange, busy }: TlsSettingsProps) {
  const uploaded = certificates.filter(({ source }) => source === 'uploaded');
  const shownId = tls.mode === 'uploaded' ? tls.certificate?.id : undefined;
  const [draft, setDraft] = useState({
    mode: tls.mode,
    forceHttps: tls.forceHttps,
    hstsSeconds: tls.hstsSeconds,
    hstsSubdomains: tls.hstsSubdomains,
    hstsPreload: tls.hstsPreload,
  });
  const [chosenId, choose] = useState(shownId);
  const [isReviewed, setReviewed] = useState(false);
  const change = (some: Partial<typeof draft>) => setDraft((before) => ({ ...before, ...some }));
  const certificateId = chosenId ?? uploaded[0]?.id;
  const isNewCertificate = draft.mode === 'uploaded' && certificateId !== shownId;
  const isNew =
    isNewCertificate ||
    (Object.keys(draft) as (keyof typeof draft)[]).some((name) => draft[name] !== tls[name]);
  const asked: TlsChange = {
    ...draft,
    ...(isNewCertificate && certificateId !== undefined ? { certificateId } : {}),
  };
  const lacksAccount = account === null || app.domains.length === 0;
  const lacks =
    (draft.mode === 'uploaded' && uploaded.length === 0) || (draft.mode === 'acme' && lacksAccount);
  const disabled = !mayChange;
  return (
    <Panel title="HTTPS" description="Visitors’ connections end at the balancer.">
      <div className="flex flex-col gap-5">
        <RadioCards
          label="Certificate"
          columns={3}
          value={draft.mode}
          onChange={(mode) => change({ mode })}
          cards={[
            { value: 'off', label: 'None', detail: 'Visitors come by HTTP.', disabled },
            {
              disabled,
              value: 'uploaded',
              label: 'One of your own',
              detail:
                uploaded.length === 0
                  ? 'Upload it below first.'
                  : 'You renew it yourself; Fairlead tells you in time.',
            },
            {
              disabled,
              value: 'acme',
              label: 'One that renews itself',
              detail:
                account === null
                  ? 'Agree to the terms of an authority below first.'
                  : `Ordered from ${new URL(account.directoryUrl).host} for every domain.`,
            },
          ]}
        />
        {draft.mode === 'uploaded' && uploaded.length > 0 ? (
          <Field label="Which" hint="Another one takes its place without losing a request.">
            <Select
              options={uploaded.map(({ id, names, notAfter }) => ({
                value: id,
                label: `${names[0]}${names.length > 1 ? ` and ${names.length - 1} more` : ''}, until ${notAfter.slice(0, 10)}`,
              }))}
              value={certificateId ?? ''}
              disabled={disabled}
              onChange={choose}
            />
          </Field>
        ) : null}
        {draft.mode === 'off' ? null : (
          <>
            <Checkbox
              checked={draft.forceHttps}
              disabled={disabled}
              onChange={(forceHttps) =>
                change({
                  forceHttps,
                  ...(forceHttps ? {} : { hstsSeconds: 0, hstsSubdomains: false, hstsPreload: false }),
                })
              }
              label="Send HTTP to HTTPS"
              detail="To the same address, with method and body (308). Names that the certificate is not for stay as they are."
            />
            {draft.forceHttps ? <HstsFields draft={draft} disabled={disabled} onChange={change} /> : null}
          </>
        )}
        {mayChange ? (
          <div className="flex justify-end">
            <Button disabled={!isNew || busy || lacks} onClick={() => setReviewed(true)}>
              Review plan
            </Button>
          </div>
        ) : null}
      </div>
      {isReviewed ? (
        <TlsPlanDialog app={app} asked={{ tls: asked }} onClose={() => setReviewed(false)} />
      ) : null}
    </Panel>
  );
}

type Hsts = Pick<Tls, 'hstsSeconds' | 'hstsSubdomains' | 'hstsPreload'>;

/** For how long browsers insist on HTTPS. */
function HstsFields(props: { draft: Hsts; disabled: boolean; onChange: (some: Partial<Hsts>) => void }) {
  const { draft, disabled, onChange } = props;
  const { hstsSeconds, hstsSubdomains, hstsPreload } = draft;
  const known = lives.some(({ value }) => value === String(hstsSeconds));
  const options = known ? lives : [...lives, { value: String(hstsSeconds), label: `${hstsSeconds} seconds` }];
  return (
    <>
      <Field
        label="Browsers insist on HTTPS for"
        hint="HSTS. What a browser has heard can not be taken back: begin with a day."
      >
        <Select
          options={options}
          value={String(hstsSeconds)}
          disabled={disabled}
          onChange={(seconds) =>
            onChange({
              hstsSeconds: Number(seconds),
              ...(seconds === '0' ? { hstsSubdomains: false } : {}),
              ...(Number(seconds) < 365 * DAY_SECONDS ? { hstsPreload: false } : {}),
            })
          }
        />
      </Field>
      {hstsSeconds > 0 ? (
        <Checkbox
          checked={hstsSubdomains}
          disabled={disabled}
          onChange={(on) => onChange({ hstsSubdomains: on, ...(on ? {} : { hstsPreload: false }) })}
          label="For every name below, too"
          detail="All of them have to speak HTTPS, on whatever server they are."
        />
      ) : null}
      {hstsSubdomains && hstsSeconds >= 365 * DAY_SECONDS ? (
        <Checkbox
          checked={hstsPreload}
          disabled={disabled}
          onChange={(on) => onChange({ hstsPreload: on })}
          label="May be put on the browsers’ own list"
          detail="You still have to ask for it, at hstspreload.org. Leaving the list takes months."
        />
      ) : null}
    </>
  );
}
