-- AlterTable
ALTER TABLE "app" ADD COLUMN     "cpuPercent" INTEGER,
ADD COLUMN     "memoryMib" INTEGER,
ADD COLUMN     "tasks" INTEGER;

-- AlterTable
ALTER TABLE "backend" ADD COLUMN     "memoryMib" INTEGER,
ADD COLUMN     "restarts" INTEGER;
