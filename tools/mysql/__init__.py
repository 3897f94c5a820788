"""MySQL and MariaDB: see docs/mysql.md."""
