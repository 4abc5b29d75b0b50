import type { Machine } from './machine.ts';

/** Packs what Debian has installed as wheels. The first name asks for the others, so far as the release of Debian has them: its own requirements are not all told. */
const pack = `
import importlib.metadata as metadata, os, sys, zipfile
folder, names = sys.argv[1], sys.argv[2:]
os.makedirs(folder, exist_ok=True)
present = {dist.name.lower() for dist in metadata.distributions()}
for name in [name for name in names if name in present]:
    found = metadata.distribution(name)
    module = name.replace('-', '_')
    root = str(found.locate_file(module))
    paths = [root + '.py'] if os.path.isfile(root + '.py') else [
        os.path.join(at, file) for at, _, files in os.walk(root) for file in files if file.endswith(('.py', '.typed'))
    ]
    needed = [each for each in names[1:] if each in present and name == names[0]]
    info = f'{module}-{found.version}.dist-info'
    head = f'Metadata-Version: 2.1\\nName: {name}\\nVersion: {found.version}\\n'
    files = {
        f'{info}/METADATA': head + ''.join(f'Requires-Dist: {each}\\n' for each in needed),
        f'{info}/WHEEL': 'Wheel-Version: 1.0\\nGenerator: lab\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n',
        f'{info}/entry_points.txt': found.read_text('entry_points.txt') or '',
    }
    with zipfile.ZipFile(f'{folder}/{module}-{found.version}-py3-none-any.whl', 'w') as wheel:
        inside = [os.path.relpath(path, os.path.dirname(root)) for path in paths]
        for path, arcname in zip(paths, inside):
            wheel.write(path, arcname)
        for arcname, text in files.items():
            wheel.writestr(arcname, text)
        listed = [*inside, *files, f'{info}/RECORD']
        wheel.writestr(f'{info}/RECORD', ''.join(f'{path},,\\n' for path in listed))
`;

/** Variables that have pip install from a folder, and ask nobody else. */
export const fromWheels = { PIP_NO_INDEX: '1', PIP_FIND_LINKS: '/opt/wheels' };

/** Makes wheels, in `/opt/wheels` of the machine, of Python packages that a stocked machine has: pip has something to install where there is no index to ask. */
export async function makeWheels(machine: Machine, names: readonly string[]): Promise<void> {
  await machine.writeFile('/root/pack.py', pack);
  await machine.run(`python3 /root/pack.py ${fromWheels.PIP_FIND_LINKS} ${names.join(' ')}`);
}
