-- AlterTable
ALTER TABLE "backend" ADD COLUMN     "openPorts" INTEGER[] DEFAULT ARRAY[]::INTEGER[],
ADD COLUMN     "port" INTEGER;
