"""What happens to virtual machines: power, snapshots, clones, disks, destruction."""
