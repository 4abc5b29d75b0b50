-- AlterTable
ALTER TABLE "load_balancer" ADD COLUMN     "formerServerId" TEXT,
ADD COLUMN     "successorGeneration" INTEGER,
ADD COLUMN     "successorServerId" TEXT;

-- AddForeignKey
ALTER TABLE "load_balancer" ADD CONSTRAINT "load_balancer_successorServerId_fkey" FOREIGN KEY ("successorServerId") REFERENCES "server"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "load_balancer" ADD CONSTRAINT "load_balancer_formerServerId_fkey" FOREIGN KEY ("formerServerId") REFERENCES "server"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
