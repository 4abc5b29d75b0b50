'use client';
import type { Server } from '@fairlead/api/types';
import { resources } from '../../../../data/resources.ts';
import { useResource } from '../../../../data/use-resource.ts';
import { orNull, SettingsForm, type SettingsGroup } from '../../../../parts/settings-form.tsx';

const direct = { value: '', label: 'None, Fairlead reaches it directly' };

/** How the server is called and reached. */
export function ServerSettings({ server }: { server: Server }) {
  const servers = useResource(resources.servers);
  const jumps = (servers.data?.items ?? []).filter((each) => each.id !== server.id);
  const groups: SettingsGroup<Server>[] = [
    {
      title: 'Name and way',
      description: 'Another address is checked before it is used; the pinned fingerprint stays.',
      fields: [
        { name: 'name', label: 'Name', value: ({ name }) => name },
        { name: 'address', label: 'Address', mono: true, value: ({ address }) => address },
        { name: 'port', label: 'SSH port', type: 'number', value: ({ port }) => String(port), parse: Number },
        { name: 'user', label: 'User', mono: true, value: ({ user }) => user },
        {
          name: 'privateAddress',
          label: 'Private address',
          mono: true,
          optional: true,
          hint: 'Preferred between servers of one network.',
          value: ({ privateAddress }) => privateAddress ?? '',
          parse: orNull,
        },
        {
          name: 'jumpServerId',
          label: 'Jump host',
          optional: true,
          options: [
            direct,
            ...jumps.map(({ id, name, address }) => ({ value: id, label: name, detail: address })),
          ],
          value: ({ jumpServerId }) => jumpServerId ?? '',
          parse: orNull,
        },
      ],
    },
  ];
  return (
    <SettingsForm
      key={server.name + server.address + server.port}
      subject={server}
      groups={groups}
      path={`/servers/${server.id}`}
      mayChange
    />
  );
}
