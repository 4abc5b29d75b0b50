import { describe, expect, it } from 'vitest';
import { labPlace, machinePlace } from './place.ts';

describe('place', () => {
  it('gives every slot its own addresses, bridge and tables', () => {
    expect(labPlace('bench', 7)).toMatchObject({
      subnet: '198.18.7.0/24',
      gateway: '198.18.7.1',
      ipv6Subnet: 'fd00:198:18:7::/64',
      ipv6Gateway: 'fd00:198:18:7::1',
      bridge: 'fllab7',
      table: 'fairlead_lab_7',
    });
  });

  it('keeps interface names within the 15 characters of Linux, whatever the machine is called', () => {
    const place = machinePlace(labPlace('bench', 255), 199, 'a-machine-with-a-long-name');
    expect(place).toMatchObject({
      interfaceName: 'vb-fl255-200',
      address: '198.18.255.210',
      ipv6Address: 'fd00:198:18:255::210',
    });
    expect(place.interfaceName.length).toBeLessThanOrEqual(15);
  });

  it.each(['', 'A', '../x', 'a b', '-a', 'a;id'])('refuses the name %j', (name) => {
    expect(() => labPlace(name, 0)).toThrow('not a lab name');
    expect(() => machinePlace(labPlace('bench', 0), 0, name)).toThrow('not a machine name');
  });

  it.each([-1, 256, 1.5])('refuses the slot %d', (slot) => {
    expect(() => labPlace('bench', slot)).toThrow('not a subnet slot');
  });
});
