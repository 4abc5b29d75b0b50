"""MariaDB by PyMySQL, which needs no compiler."""

import pymysql

pymysql.version_info = (1, 4, 6, "final", 0)
pymysql.install_as_MySQLdb()
