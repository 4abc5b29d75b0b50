-- AlterTable
ALTER TABLE "backend" ADD COLUMN     "backup" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "failTimeoutSeconds" INTEGER NOT NULL DEFAULT 10,
ADD COLUMN     "maxConns" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "maxFails" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN     "weight" INTEGER NOT NULL DEFAULT 1;

-- AlterTable
ALTER TABLE "load_balancer" ADD COLUMN     "hashKey" TEXT NOT NULL DEFAULT 'uri',
ADD COLUMN     "stickyCookie" TEXT NOT NULL DEFAULT 'fairlead_backend';
