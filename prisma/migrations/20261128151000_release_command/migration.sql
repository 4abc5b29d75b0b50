-- AlterTable
ALTER TABLE "app" ADD COLUMN     "releaseCommand" TEXT,
ADD COLUMN     "releaseCommandFailure" TEXT NOT NULL DEFAULT 'stop';

-- AlterTable
ALTER TABLE "deployment" ADD COLUMN     "commandKey" TEXT;
