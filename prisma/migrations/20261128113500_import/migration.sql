-- AlterTable
ALTER TABLE "load_balancer" ADD COLUMN     "imports" JSONB NOT NULL DEFAULT '[]';

-- CreateTable
CREATE TABLE "nginx_reading" (
    "id" TEXT NOT NULL,
    "serverId" TEXT NOT NULL,
    "filesCipher" TEXT NOT NULL,
    "leftOut" JSONB NOT NULL,
    "readAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "nginx_reading_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "nginx_reading_serverId_key" ON "nginx_reading"("serverId");

-- AddForeignKey
ALTER TABLE "nginx_reading" ADD CONSTRAINT "nginx_reading_serverId_fkey" FOREIGN KEY ("serverId") REFERENCES "server"("id") ON DELETE CASCADE ON UPDATE CASCADE;
